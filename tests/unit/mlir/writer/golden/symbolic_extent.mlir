func.func @main(%x: tensor<4x?x8xf32>) -> (tensor<4x?x8xf32>, tensor<4x?x8xf32>) attributes {tensorir_sizes = [["4", "S", "8"]]} {
  %0 = arith.constant 1 : index
  %1 = tensor.dim %x, %0 : tensor<4x?x8xf32>
  %2 = arith.constant 5 : index
  %3 = arith.muli %1, %2 : index
  %4 = arith.index_cast %3 : index to i64
  %5 = tensor.from_elements %4 : tensor<i64>
  %6 = func.call @tensorir.softmax_0(%x, %5) : (tensor<4x?x8xf32>, tensor<i64>) -> (tensor<4x?x8xf32>)
  %7 = arith.constant 2 : index
  %8 = arith.floordivsi %1, %7 : index
  %9 = arith.index_cast %8 : index to i64
  %10 = tensor.from_elements %9 : tensor<i64>
  %11 = func.call @tensorir.zero_padding_0(%x, %10) : (tensor<4x?x8xf32>, tensor<i64>) -> (tensor<4x?x8xf32>)
  return %6, %11 : tensor<4x?x8xf32>, tensor<4x?x8xf32>
}

func.func private @tensorir.softmax_0(%x: tensor<4x?x8xf32>, %size: tensor<i64>) -> tensor<4x?x8xf32> attributes {tensorir_op = "linalg.softmax", tensorir_attributes = "{dims = [1, 2], extent = 5*S}"} {
  %0 = arith.constant 1 : index
  %1 = tensor.dim %x, %0 : tensor<4x?x8xf32>
  %2 = tensor.empty(%1) : tensor<4x?x8xf32>
  %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %size : tensor<4x?x8xf32>, tensor<i64>) outs(%2 : tensor<4x?x8xf32>) {
  ^bb0(%3: f32, %4: i64, %5: f32):
    %7 = linalg.index 1 : index
    %8 = arith.index_cast %7 : index to i64
    %9 = arith.constant 8 : i64
    %10 = arith.muli %8, %9 : i64
    %11 = linalg.index 2 : index
    %12 = arith.index_cast %11 : index to i64
    %13 = arith.addi %10, %12 : i64
    %14 = arith.cmpi slt, %13, %4 : i64
    %15 = arith.constant 0xFF800000 : f32
    %16 = arith.select %14, %3, %15 : f32
    linalg.yield %16 : f32
  } -> tensor<4x?x8xf32>
  %17 = arith.constant 0xFF800000 : f32
  %18 = tensor.empty() : tensor<4xf32>
  %19 = linalg.fill ins(%17 : f32) outs(%18 : tensor<4xf32>) -> tensor<4xf32>
  %20 = linalg.reduce { arith.maximumf } ins(%6 : tensor<4x?x8xf32>) outs(%19 : tensor<4xf32>) dimensions = [1, 2]
  %21 = tensor.empty(%1) : tensor<4x?x8xf32>
  %25 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %20 : tensor<4x?x8xf32>, tensor<4xf32>) outs(%21 : tensor<4x?x8xf32>) {
  ^bb0(%22: f32, %23: f32, %24: f32):
    %26 = arith.subf %22, %23 : f32
    %27 = math.exp %26 : f32
    linalg.yield %27 : f32
  } -> tensor<4x?x8xf32>
  %28 = tensor.empty(%1) : tensor<4x?x8xf32>
  %32 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%25, %size : tensor<4x?x8xf32>, tensor<i64>) outs(%28 : tensor<4x?x8xf32>) {
  ^bb0(%29: f32, %30: i64, %31: f32):
    %33 = linalg.index 1 : index
    %34 = arith.index_cast %33 : index to i64
    %35 = arith.constant 8 : i64
    %36 = arith.muli %34, %35 : i64
    %37 = linalg.index 2 : index
    %38 = arith.index_cast %37 : index to i64
    %39 = arith.addi %36, %38 : i64
    %40 = arith.cmpi slt, %39, %30 : i64
    %41 = arith.constant 0.0 : f32
    %42 = arith.select %40, %29, %41 : f32
    linalg.yield %42 : f32
  } -> tensor<4x?x8xf32>
  %43 = arith.constant 0.0 : f32
  %44 = tensor.empty() : tensor<4xf32>
  %45 = linalg.fill ins(%43 : f32) outs(%44 : tensor<4xf32>) -> tensor<4xf32>
  %46 = linalg.reduce { arith.addf } ins(%32 : tensor<4x?x8xf32>) outs(%45 : tensor<4xf32>) dimensions = [1, 2]
  %47 = tensor.empty(%1) : tensor<4x?x8xf32>
  %52 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%32, %46, %size : tensor<4x?x8xf32>, tensor<4xf32>, tensor<i64>) outs(%47 : tensor<4x?x8xf32>) {
  ^bb0(%48: f32, %49: f32, %50: i64, %51: f32):
    %53 = linalg.index 1 : index
    %54 = arith.index_cast %53 : index to i64
    %55 = arith.constant 8 : i64
    %56 = arith.muli %54, %55 : i64
    %57 = linalg.index 2 : index
    %58 = arith.index_cast %57 : index to i64
    %59 = arith.addi %56, %58 : i64
    %60 = arith.cmpi slt, %59, %50 : i64
    %61 = arith.divf %48, %49 : f32
    %62 = arith.constant 0.0 : f32
    %63 = arith.select %60, %61, %62 : f32
    linalg.yield %63 : f32
  } -> tensor<4x?x8xf32>
  return %52 : tensor<4x?x8xf32>
}

func.func private @tensorir.zero_padding_0(%x: tensor<4x?x8xf32>, %size: tensor<i64>) -> tensor<4x?x8xf32> attributes {tensorir_op = "linalg.zero_padding", tensorir_attributes = "{dims = [1], extent = floordiv(S, 2)}"} {
  %0 = arith.constant 1 : index
  %1 = tensor.dim %x, %0 : tensor<4x?x8xf32>
  %2 = tensor.empty(%1) : tensor<4x?x8xf32>
  %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %size : tensor<4x?x8xf32>, tensor<i64>) outs(%2 : tensor<4x?x8xf32>) {
  ^bb0(%3: f32, %4: i64, %5: f32):
    %7 = linalg.index 1 : index
    %8 = arith.index_cast %7 : index to i64
    %9 = arith.cmpi slt, %8, %4 : i64
    %10 = arith.constant 0.0 : f32
    %11 = arith.select %9, %3, %10 : f32
    linalg.yield %11 : f32
  } -> tensor<4x?x8xf32>
  return %6 : tensor<4x?x8xf32>
}
