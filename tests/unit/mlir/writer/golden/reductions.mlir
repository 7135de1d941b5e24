func.func @main(%x: tensor<4x8xf32>, %i: tensor<4x8xi8>, %h: tensor<4x8xbf16>) -> (tensor<4xf32>, tensor<8xi8>, tensor<f32>, tensor<4xbf16>, tensor<4xf32>) {
  %0 = arith.constant 0xFF800000 : f32
  %1 = tensor.empty() : tensor<4xf32>
  %2 = linalg.fill ins(%0 : f32) outs(%1 : tensor<4xf32>) -> tensor<4xf32>
  %3 = linalg.reduce { arith.maximumf } ins(%x : tensor<4x8xf32>) outs(%2 : tensor<4xf32>) dimensions = [1]
  %4 = arith.constant 127 : i8
  %5 = tensor.empty() : tensor<8xi8>
  %6 = linalg.fill ins(%4 : i8) outs(%5 : tensor<8xi8>) -> tensor<8xi8>
  %7 = linalg.reduce { arith.minsi } ins(%i : tensor<4x8xi8>) outs(%6 : tensor<8xi8>) dimensions = [0]
  %8 = func.call @tensorir.reduce_0(%x) : (tensor<4x8xf32>) -> (tensor<f32>)
  %9 = func.call @tensorir.reduce_1(%h) : (tensor<4x8xbf16>) -> (tensor<4xbf16>)
  %10 = arith.constant 0x7FC00000 : f32
  %11 = tensor.empty() : tensor<4xf32>
  %12 = linalg.fill ins(%10 : f32) outs(%11 : tensor<4xf32>) -> tensor<4xf32>
  %13 = linalg.reduce { arith.minnumf } ins(%x : tensor<4x8xf32>) outs(%12 : tensor<4xf32>) dimensions = [1]
  return %3, %7, %8, %9, %13 : tensor<4xf32>, tensor<8xi8>, tensor<f32>, tensor<4xbf16>, tensor<4xf32>
}

func.func private @tensorir.reduce_0(%x: tensor<4x8xf32>) -> tensor<f32> attributes {tensorir_op = "linalg.reduce", tensorir_attributes = "{kind = \22add\22, dims = [1, 0]}"} {
  %0 = arith.constant 0.0 : f32
  %1 = tensor.empty() : tensor<f32>
  %2 = linalg.fill ins(%0 : f32) outs(%1 : tensor<f32>) -> tensor<f32>
  %3 = linalg.reduce { arith.addf } ins(%x : tensor<4x8xf32>) outs(%2 : tensor<f32>) dimensions = [0, 1]
  return %3 : tensor<f32>
}

func.func private @tensorir.reduce_1(%h: tensor<4x8xbf16>) -> tensor<4xbf16> attributes {tensorir_op = "linalg.reduce", tensorir_attributes = "{kind = \22add\22, dims = [1]}"} {
  %0 = tensor.empty() : tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%h : tensor<4x8xbf16>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%1: bf16, %2: f32):
    %4 = arith.extf %1 : bf16 to f32
    linalg.yield %4 : f32
  } -> tensor<4x8xf32>
  %5 = arith.constant 0.0 : f32
  %6 = tensor.empty() : tensor<4xf32>
  %7 = linalg.fill ins(%5 : f32) outs(%6 : tensor<4xf32>) -> tensor<4xf32>
  %8 = linalg.reduce { arith.addf } ins(%3 : tensor<4x8xf32>) outs(%7 : tensor<4xf32>) dimensions = [1]
  %9 = tensor.empty() : tensor<4xbf16>
  %12 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%8 : tensor<4xf32>) outs(%9 : tensor<4xbf16>) {
  ^bb0(%10: f32, %11: bf16):
    %13 = arith.truncf %10 : f32 to bf16
    linalg.yield %13 : bf16
  } -> tensor<4xbf16>
  return %12 : tensor<4xbf16>
}
