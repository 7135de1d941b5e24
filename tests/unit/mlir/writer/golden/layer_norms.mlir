func.func @main(%x: tensor<?x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>, %v: tensor<?xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) attributes {tensorir_sizes = [["S", "8"], ["8"], ["8"], ["S"]]} {
  %0 = func.call @tensorir.layer_norm_0(%x, %s, %b) : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<?x8xf32>)
  %1 = arith.constant 0 : index
  %2 = tensor.dim %x, %1 : tensor<?x8xf32>
  %3 = arith.index_cast %2 : index to i64
  %4 = tensor.from_elements %3 : tensor<i64>
  %5 = func.call @tensorir.layer_norm_1(%x, %v, %v, %4) : (tensor<?x8xf32>, tensor<?xf32>, tensor<?xf32>, tensor<i64>) -> (tensor<?x8xf32>)
  return %0, %5 : tensor<?x8xf32>, tensor<?x8xf32>
}

func.func private @tensorir.layer_norm_0(%x: tensor<?x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<?x8xf32> attributes {tensorir_op = "linalg.layer_norm", tensorir_attributes = "{dims = [1], epsilon = 1e-05}"} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = tensor.empty(%1) : tensor<?x8xf32>
  %5 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x8xf32>) outs(%2 : tensor<?x8xf32>) {
  ^bb0(%3: f32, %4: f32):
    linalg.yield %3 : f32
  } -> tensor<?x8xf32>
  %6 = arith.constant 0.0 : f32
  %7 = tensor.empty(%1) : tensor<?xf32>
  %8 = linalg.fill ins(%6 : f32) outs(%7 : tensor<?xf32>) -> tensor<?xf32>
  %9 = linalg.reduce { arith.addf } ins(%5 : tensor<?x8xf32>) outs(%8 : tensor<?xf32>) dimensions = [1]
  %10 = tensor.empty(%1) : tensor<?xf32>
  %13 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%9 : tensor<?xf32>) outs(%10 : tensor<?xf32>) {
  ^bb0(%11: f32, %12: f32):
    %14 = arith.constant 8 : i64
    %15 = arith.sitofp %14 : i64 to f32
    %16 = arith.divf %11, %15 : f32
    linalg.yield %16 : f32
  } -> tensor<?xf32>
  %17 = tensor.empty(%1) : tensor<?x8xf32>
  %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%5, %13 : tensor<?x8xf32>, tensor<?xf32>) outs(%17 : tensor<?x8xf32>) {
  ^bb0(%18: f32, %19: f32, %20: f32):
    %22 = arith.subf %18, %19 : f32
    linalg.yield %22 : f32
  } -> tensor<?x8xf32>
  %23 = tensor.empty(%1) : tensor<?x8xf32>
  %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%21 : tensor<?x8xf32>) outs(%23 : tensor<?x8xf32>) {
  ^bb0(%24: f32, %25: f32):
    %27 = arith.mulf %24, %24 : f32
    linalg.yield %27 : f32
  } -> tensor<?x8xf32>
  %28 = tensor.empty(%1) : tensor<?xf32>
  %29 = linalg.fill ins(%6 : f32) outs(%28 : tensor<?xf32>) -> tensor<?xf32>
  %30 = linalg.reduce { arith.addf } ins(%26 : tensor<?x8xf32>) outs(%29 : tensor<?xf32>) dimensions = [1]
  %31 = tensor.empty(%1) : tensor<?xf32>
  %34 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%30 : tensor<?xf32>) outs(%31 : tensor<?xf32>) {
  ^bb0(%32: f32, %33: f32):
    %35 = arith.constant 8 : i64
    %36 = arith.sitofp %35 : i64 to f32
    %37 = arith.divf %32, %36 : f32
    linalg.yield %37 : f32
  } -> tensor<?xf32>
  %38 = tensor.empty(%1) : tensor<?x8xf32>
  %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%21, %34, %s, %b : tensor<?x8xf32>, tensor<?xf32>, tensor<8xf32>, tensor<8xf32>) outs(%38 : tensor<?x8xf32>) {
  ^bb0(%39: f32, %40: f32, %41: f32, %42: f32, %43: f32):
    %45 = arith.constant 1.0e-05 : f32
    %46 = arith.addf %40, %45 : f32
    %47 = math.sqrt %46 : f32
    %48 = arith.divf %39, %47 : f32
    %49 = arith.mulf %48, %41 : f32
    %50 = arith.addf %49, %42 : f32
    linalg.yield %50 : f32
  } -> tensor<?x8xf32>
  return %44 : tensor<?x8xf32>
}

func.func private @tensorir.layer_norm_1(%x: tensor<?x8xf32>, %v: tensor<?xf32>, %v_1: tensor<?xf32>, %size: tensor<i64>) -> tensor<?x8xf32> attributes {tensorir_op = "linalg.layer_norm", tensorir_attributes = "{dims = [0], epsilon = 1.0}"} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = tensor.empty(%1) : tensor<?x8xf32>
  %5 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<?x8xf32>) outs(%2 : tensor<?x8xf32>) {
  ^bb0(%3: f32, %4: f32):
    linalg.yield %3 : f32
  } -> tensor<?x8xf32>
  %6 = arith.constant 0.0 : f32
  %7 = tensor.empty() : tensor<8xf32>
  %8 = linalg.fill ins(%6 : f32) outs(%7 : tensor<8xf32>) -> tensor<8xf32>
  %9 = linalg.reduce { arith.addf } ins(%5 : tensor<?x8xf32>) outs(%8 : tensor<8xf32>) dimensions = [0]
  %10 = tensor.empty() : tensor<8xf32>
  %14 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%9, %size : tensor<8xf32>, tensor<i64>) outs(%10 : tensor<8xf32>) {
  ^bb0(%11: f32, %12: i64, %13: f32):
    %15 = arith.sitofp %12 : i64 to f32
    %16 = arith.divf %11, %15 : f32
    linalg.yield %16 : f32
  } -> tensor<8xf32>
  %17 = tensor.empty(%1) : tensor<?x8xf32>
  %21 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%5, %14 : tensor<?x8xf32>, tensor<8xf32>) outs(%17 : tensor<?x8xf32>) {
  ^bb0(%18: f32, %19: f32, %20: f32):
    %22 = arith.subf %18, %19 : f32
    linalg.yield %22 : f32
  } -> tensor<?x8xf32>
  %23 = tensor.empty(%1) : tensor<?x8xf32>
  %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%21 : tensor<?x8xf32>) outs(%23 : tensor<?x8xf32>) {
  ^bb0(%24: f32, %25: f32):
    %27 = arith.mulf %24, %24 : f32
    linalg.yield %27 : f32
  } -> tensor<?x8xf32>
  %28 = tensor.empty() : tensor<8xf32>
  %29 = linalg.fill ins(%6 : f32) outs(%28 : tensor<8xf32>) -> tensor<8xf32>
  %30 = linalg.reduce { arith.addf } ins(%26 : tensor<?x8xf32>) outs(%29 : tensor<8xf32>) dimensions = [0]
  %31 = tensor.empty() : tensor<8xf32>
  %35 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%30, %size : tensor<8xf32>, tensor<i64>) outs(%31 : tensor<8xf32>) {
  ^bb0(%32: f32, %33: i64, %34: f32):
    %36 = arith.sitofp %33 : i64 to f32
    %37 = arith.divf %32, %36 : f32
    linalg.yield %37 : f32
  } -> tensor<8xf32>
  %38 = tensor.empty(%1) : tensor<?x8xf32>
  %44 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%21, %35, %v, %v_1 : tensor<?x8xf32>, tensor<8xf32>, tensor<?xf32>, tensor<?xf32>) outs(%38 : tensor<?x8xf32>) {
  ^bb0(%39: f32, %40: f32, %41: f32, %42: f32, %43: f32):
    %45 = arith.constant 1.0 : f32
    %46 = arith.addf %40, %45 : f32
    %47 = math.sqrt %46 : f32
    %48 = arith.divf %39, %47 : f32
    %49 = arith.mulf %48, %41 : f32
    %50 = arith.addf %49, %42 : f32
    linalg.yield %50 : f32
  } -> tensor<?x8xf32>
  return %44 : tensor<?x8xf32>
}
