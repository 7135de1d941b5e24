func.func @main(%a: tensor<4x8xi8>, %b: tensor<8x5xi8>, %c: tensor<8x5xf32>, %h: tensor<4x8xf16>, %k: tensor<8x5xf16>) -> (tensor<4x5xi32>, tensor<4x5xf32>, tensor<4x5xf16>) {
  %0 = arith.constant 0 : i32
  %1 = tensor.empty() : tensor<4x5xi32>
  %2 = linalg.fill ins(%0 : i32) outs(%1 : tensor<4x5xi32>) -> tensor<4x5xi32>
  %3 = linalg.matmul ins(%a, %b : tensor<4x8xi8>, tensor<8x5xi8>) outs(%2 : tensor<4x5xi32>) -> tensor<4x5xi32>
  %4 = arith.constant 0.0 : f32
  %5 = tensor.empty() : tensor<4x5xf32>
  %6 = linalg.fill ins(%4 : f32) outs(%5 : tensor<4x5xf32>) -> tensor<4x5xf32>
  %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %c : tensor<4x8xi8>, tensor<8x5xf32>) outs(%6 : tensor<4x5xf32>) {
  ^bb0(%7: i8, %8: f32, %9: f32):
    %11 = arith.sitofp %7 : i8 to f32
    %12 = arith.mulf %11, %8 : f32
    %13 = arith.addf %9, %12 : f32
    linalg.yield %13 : f32
  } -> tensor<4x5xf32>
  %14 = func.call @tensorir.contract_0(%h, %k) : (tensor<4x8xf16>, tensor<8x5xf16>) -> (tensor<4x5xf16>)
  return %3, %10, %14 : tensor<4x5xi32>, tensor<4x5xf32>, tensor<4x5xf16>
}

func.func private @tensorir.contract_0(%h: tensor<4x8xf16>, %k: tensor<8x5xf16>) -> tensor<4x5xf16> attributes {tensorir_op = "linalg.contract", tensorir_attributes = "{maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], dtype = f16}"} {
  %0 = arith.constant 0.0 : f32
  %1 = tensor.empty() : tensor<4x5xf32>
  %2 = linalg.fill ins(%0 : f32) outs(%1 : tensor<4x5xf32>) -> tensor<4x5xf32>
  %3 = linalg.matmul ins(%h, %k : tensor<4x8xf16>, tensor<8x5xf16>) outs(%2 : tensor<4x5xf32>) -> tensor<4x5xf32>
  %4 = tensor.empty() : tensor<4x5xf16>
  %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3 : tensor<4x5xf32>) outs(%4 : tensor<4x5xf16>) {
  ^bb0(%5: f32, %6: f16):
    %8 = arith.truncf %5 : f32 to f16
    linalg.yield %8 : f16
  } -> tensor<4x5xf16>
  return %7 : tensor<4x5xf16>
}
