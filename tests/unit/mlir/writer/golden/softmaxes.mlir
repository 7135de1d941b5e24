func.func @main(%x: tensor<4x8xf32>, %h: tensor<4x8xf16>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf16>) {
  %0 = tensor.empty() : tensor<4x8xf32>
  %1 = linalg.softmax dimension(1) ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = func.call @tensorir.softmax_0(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>)
  %3 = func.call @tensorir.softmax_1(%h) : (tensor<4x8xf16>) -> (tensor<4x8xf16>)
  return %1, %2, %3 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf16>
}

func.func private @tensorir.softmax_0(%x: tensor<4x8xf32>) -> tensor<4x8xf32> attributes {tensorir_op = "linalg.softmax", tensorir_attributes = "{dims = [0, 1], extent = 27}"} {
  %0 = tensor.empty() : tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%1: f32, %2: f32):
    %4 = linalg.index 0 : index
    %5 = arith.index_cast %4 : index to i64
    %6 = arith.constant 8 : i64
    %7 = arith.muli %5, %6 : i64
    %8 = linalg.index 1 : index
    %9 = arith.index_cast %8 : index to i64
    %10 = arith.addi %7, %9 : i64
    %11 = arith.constant 27 : i64
    %12 = arith.cmpi slt, %10, %11 : i64
    %13 = arith.constant 0xFF800000 : f32
    %14 = arith.select %12, %1, %13 : f32
    linalg.yield %14 : f32
  } -> tensor<4x8xf32>
  %15 = arith.constant 0xFF800000 : f32
  %16 = tensor.empty() : tensor<f32>
  %17 = linalg.fill ins(%15 : f32) outs(%16 : tensor<f32>) -> tensor<f32>
  %18 = linalg.reduce { arith.maximumf } ins(%3 : tensor<4x8xf32>) outs(%17 : tensor<f32>) dimensions = [0, 1]
  %19 = tensor.empty() : tensor<4x8xf32>
  %23 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3, %18 : tensor<4x8xf32>, tensor<f32>) outs(%19 : tensor<4x8xf32>) {
  ^bb0(%20: f32, %21: f32, %22: f32):
    %24 = arith.subf %20, %21 : f32
    %25 = math.exp %24 : f32
    linalg.yield %25 : f32
  } -> tensor<4x8xf32>
  %26 = tensor.empty() : tensor<4x8xf32>
  %29 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%23 : tensor<4x8xf32>) outs(%26 : tensor<4x8xf32>) {
  ^bb0(%27: f32, %28: f32):
    %30 = linalg.index 0 : index
    %31 = arith.index_cast %30 : index to i64
    %32 = arith.constant 8 : i64
    %33 = arith.muli %31, %32 : i64
    %34 = linalg.index 1 : index
    %35 = arith.index_cast %34 : index to i64
    %36 = arith.addi %33, %35 : i64
    %37 = arith.constant 27 : i64
    %38 = arith.cmpi slt, %36, %37 : i64
    %39 = arith.constant 0.0 : f32
    %40 = arith.select %38, %27, %39 : f32
    linalg.yield %40 : f32
  } -> tensor<4x8xf32>
  %41 = arith.constant 0.0 : f32
  %42 = tensor.empty() : tensor<f32>
  %43 = linalg.fill ins(%41 : f32) outs(%42 : tensor<f32>) -> tensor<f32>
  %44 = linalg.reduce { arith.addf } ins(%29 : tensor<4x8xf32>) outs(%43 : tensor<f32>) dimensions = [0, 1]
  %45 = tensor.empty() : tensor<4x8xf32>
  %49 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%29, %44 : tensor<4x8xf32>, tensor<f32>) outs(%45 : tensor<4x8xf32>) {
  ^bb0(%46: f32, %47: f32, %48: f32):
    %50 = linalg.index 0 : index
    %51 = arith.index_cast %50 : index to i64
    %52 = arith.constant 8 : i64
    %53 = arith.muli %51, %52 : i64
    %54 = linalg.index 1 : index
    %55 = arith.index_cast %54 : index to i64
    %56 = arith.addi %53, %55 : i64
    %57 = arith.constant 27 : i64
    %58 = arith.cmpi slt, %56, %57 : i64
    %59 = arith.divf %46, %47 : f32
    %60 = arith.constant 0.0 : f32
    %61 = arith.select %58, %59, %60 : f32
    linalg.yield %61 : f32
  } -> tensor<4x8xf32>
  return %49 : tensor<4x8xf32>
}

func.func private @tensorir.softmax_1(%h: tensor<4x8xf16>) -> tensor<4x8xf16> attributes {tensorir_op = "linalg.softmax", tensorir_attributes = "{dims = [1]}"} {
  %0 = tensor.empty() : tensor<4x8xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%h : tensor<4x8xf16>) outs(%0 : tensor<4x8xf32>) {
  ^bb0(%1: f16, %2: f32):
    %4 = arith.extf %1 : f16 to f32
    linalg.yield %4 : f32
  } -> tensor<4x8xf32>
  %5 = arith.constant 0xFF800000 : f32
  %6 = tensor.empty() : tensor<4xf32>
  %7 = linalg.fill ins(%5 : f32) outs(%6 : tensor<4xf32>) -> tensor<4xf32>
  %8 = linalg.reduce { arith.maximumf } ins(%3 : tensor<4x8xf32>) outs(%7 : tensor<4xf32>) dimensions = [1]
  %9 = tensor.empty() : tensor<4x8xf32>
  %13 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3, %8 : tensor<4x8xf32>, tensor<4xf32>) outs(%9 : tensor<4x8xf32>) {
  ^bb0(%10: f32, %11: f32, %12: f32):
    %14 = arith.subf %10, %11 : f32
    %15 = math.exp %14 : f32
    linalg.yield %15 : f32
  } -> tensor<4x8xf32>
  %16 = arith.constant 0.0 : f32
  %17 = tensor.empty() : tensor<4xf32>
  %18 = linalg.fill ins(%16 : f32) outs(%17 : tensor<4xf32>) -> tensor<4xf32>
  %19 = linalg.reduce { arith.addf } ins(%13 : tensor<4x8xf32>) outs(%18 : tensor<4xf32>) dimensions = [1]
  %20 = tensor.empty() : tensor<4x8xf16>
  %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%13, %19 : tensor<4x8xf32>, tensor<4xf32>) outs(%20 : tensor<4x8xf16>) {
  ^bb0(%21: f32, %22: f32, %23: f16):
    %25 = arith.divf %21, %22 : f32
    %26 = arith.truncf %25 : f32 to f16
    linalg.yield %26 : f16
  } -> tensor<4x8xf16>
  return %24 : tensor<4x8xf16>
}
