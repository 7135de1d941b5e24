func.func @main(%x: tensor<4xf32>, %u: tensor<4xi8>, %i: tensor<4xi32>) -> (tensor<4xf32>, tensor<4xi8>, tensor<4xi8>, tensor<4xi64>, tensor<4xi32>) {
  %0 = tensor.empty() : tensor<4xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%0 : tensor<4xf32>) {
  ^bb0(%1: f32, %2: f32):
    %4 = arith.constant 0.5 : f32
    %5 = arith.mulf %1, %4 : f32
    %6 = arith.constant 1.0 : f32
    %7 = arith.constant 0.70710677 : f32
    %8 = arith.mulf %1, %7 : f32
    %9 = math.erf %8 : f32
    %10 = arith.addf %6, %9 : f32
    %11 = arith.mulf %5, %10 : f32
    linalg.yield %11 : f32
  } -> tensor<4xf32>
  %12 = tensor.empty() : tensor<4xi8>
  %15 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%u : tensor<4xi8>) outs(%12 : tensor<4xi8>) {
  ^bb0(%13: i8, %14: i8):
    %16 = arith.constant -56 : i8
    %17 = arith.minui %13, %16 : i8
    linalg.yield %17 : i8
  } -> tensor<4xi8>
  %18 = tensor.empty() : tensor<4xi8>
  %21 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%18 : tensor<4xi8>) {
  ^bb0(%19: f32, %20: i8):
    %22 = arith.cmpf une, %19, %19 : f32
    %23 = arith.constant 0 : i8
    %24 = arith.constant 128.0 : f32
    %25 = arith.cmpf oge, %19, %24 : f32
    %26 = arith.constant 127 : i8
    %27 = arith.constant -128.0 : f32
    %28 = arith.maxnumf %19, %27 : f32
    %29 = arith.constant 127.99999 : f32
    %30 = arith.minnumf %28, %29 : f32
    %31 = arith.fptosi %30 : f32 to i64
    %32 = arith.trunci %31 : i64 to i8
    %33 = arith.select %25, %26, %32 : i8
    %34 = arith.select %22, %23, %33 : i8
    linalg.yield %34 : i8
  } -> tensor<4xi8>
  %35 = tensor.empty() : tensor<4xi64>
  %37 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%35 : tensor<4xi64>) {
  ^bb0(%36: i64):
    %38 = linalg.index 0 : index
    %39 = arith.index_cast %38 : index to i64
    linalg.yield %39 : i64
  } -> tensor<4xi64>
  %40 = tensor.empty() : tensor<4xi32>
  %43 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i : tensor<4xi32>) outs(%40 : tensor<4xi32>) {
  ^bb0(%41: i32, %42: i32):
    %44 = arith.constant 0 : i32
    %45 = arith.cmpi sge, %41, %44 : i32
    %46 = arith.constant 32 : i32
    %47 = arith.cmpi slt, %41, %46 : i32
    %48 = arith.andi %45, %47 : i1
    %49 = arith.shli %41, %41 : i32
    %50 = arith.select %48, %49, %44 : i32
    linalg.yield %50 : i32
  } -> tensor<4xi32>
  return %3, %15, %21, %37, %43 : tensor<4xf32>, tensor<4xi8>, tensor<4xi8>, tensor<4xi64>, tensor<4xi32>
}
