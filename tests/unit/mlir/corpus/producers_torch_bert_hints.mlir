#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map3 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map4 = affine_map<(d0, d1, d2) -> (d2)>
#map5 = affine_map<(d0) -> (d0)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map7 = affine_map<(d0, d1, d2, d3) -> ()>
#map8 = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, 0)>
#map9 = affine_map<(d0, d1, d2, d3) -> (0, 0, 0, d3)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>
#map12 = affine_map<(d0, d1) -> (d1)>
#map13 = affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>
#map14 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map15 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map16 = affine_map<(d0, d1) -> (d0, 0)>
#map17 = affine_map<(d0, d1) -> (d0)>
module {
  util.func public @embed$async(%arg0: !hal.buffer_view, %arg1: !hal.buffer_view, %arg2: !hal.fence, %arg3: !hal.fence) -> !hal.buffer_view attributes {inlining_policy = #util.inline.never, iree.abi.model = "coarse-fences", iree.abi.stub} {
    %cst = arith.constant dense_resource<torch_tensor_1_32_torch.int64> : tensor<1x32xi64>
    %cst_0 = arith.constant dense_resource<torch_tensor_1_32_torch.int64_1> : tensor<1x32xi64>
    %cst_1 = arith.constant dense_resource<torch_tensor_24_8_torch.float32> : tensor<24x8xf32>
    %cst_2 = arith.constant dense_resource<torch_tensor_2_8_torch.float32> : tensor<2x8xf32>
    %cst_3 = arith.constant dense_resource<torch_tensor_32_8_torch.float32> : tensor<32x8xf32>
    %cst_4 = arith.constant dense_resource<torch_tensor_8_torch.float32> : tensor<8xf32>
    %cst_5 = arith.constant dense_resource<torch_tensor_8_torch.float32_1> : tensor<8xf32>
    %cst_6 = arith.constant 9.9999999999999998E-13 : f64
    %cst_7 = arith.constant dense_resource<torch_tensor_8_8_torch.float32> : tensor<8x8xf32>
    %cst_8 = arith.constant dense_resource<torch_tensor_8_torch.float32_2> : tensor<8xf32>
    %cst_9 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_1> : tensor<8x8xf32>
    %cst_10 = arith.constant dense_resource<torch_tensor_8_torch.float32_3> : tensor<8xf32>
    %cst_11 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_2> : tensor<8x8xf32>
    %cst_12 = arith.constant dense_resource<torch_tensor_8_torch.float32_4> : tensor<8xf32>
    %cst_13 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_3> : tensor<8x8xf32>
    %cst_14 = arith.constant dense_resource<torch_tensor_8_torch.float32_5> : tensor<8xf32>
    %cst_15 = arith.constant dense_resource<torch_tensor_8_torch.float32_6> : tensor<8xf32>
    %cst_16 = arith.constant dense_resource<torch_tensor_8_torch.float32_7> : tensor<8xf32>
    %cst_17 = arith.constant dense_resource<torch_tensor_12_8_torch.float32> : tensor<12x8xf32>
    %cst_18 = arith.constant dense_resource<torch_tensor_12_torch.float32> : tensor<12xf32>
    %cst_19 = arith.constant dense_resource<torch_tensor_8_12_torch.float32> : tensor<8x12xf32>
    %cst_20 = arith.constant dense_resource<torch_tensor_8_torch.float32_8> : tensor<8xf32>
    %cst_21 = arith.constant dense_resource<torch_tensor_8_torch.float32_9> : tensor<8xf32>
    %cst_22 = arith.constant dense_resource<torch_tensor_8_torch.float32_10> : tensor<8xf32>
    %cst_23 = arith.constant 1.000000e-09 : f64
    %cst_24 = arith.constant dense<true> : tensor<i1>
    %cst_25 = arith.constant dense<0.000000e+00> : tensor<f32>
    %cst_26 = arith.constant dense<-3.40282347E+38> : tensor<f32>
    %c2_i64 = arith.constant 2 : i64
    %c4_i64 = arith.constant 4 : i64
    %c0_i64 = arith.constant 0 : i64
    %c1_i64 = arith.constant 1 : i64
    %c1 = arith.constant 1 : index
    %c0 = arith.constant 0 : index
    %c-1 = arith.constant -1 : index
    %c32 = arith.constant 32 : index
    %c24 = arith.constant 24 : index
    %c2 = arith.constant 2 : index
    %cst_27 = arith.constant 0.000000e+00 : f32
    %c3 = arith.constant 3 : index
    %cst_28 = arith.constant 0xFF800000 : f32
    %cst_29 = arith.constant 1.41421354 : f32
    %cst_30 = arith.constant 1.000000e+00 : f32
    %cst_31 = arith.constant 5.000000e-01 : f32
    %cst_32 = arith.constant 8.000000e+00 : f32
    %c8_i64 = arith.constant 8 : i64
    %cst_33 = arith.constant 2.000000e+00 : f32
    %0 = hal.buffer_view.dim<%arg0 : !hal.buffer_view>[1] : index
    %1 = hal.tensor.import wait(%arg2) => %arg0 : !hal.buffer_view -> tensor<1x?xi64>{%0}
    %2 = hal.buffer_view.dim<%arg1 : !hal.buffer_view>[1] : index
    %3 = hal.tensor.import wait(%arg2) => %arg1 : !hal.buffer_view -> tensor<1x?xi64>{%2}
    %dim = tensor.dim %1, %c1 : tensor<1x?xi64>
    %4 = util.assume.int %dim<umin = 1, umax = 32> : index
    %5 = flow.tensor.tie_shape %1 : tensor<1x?xi64>{%4}
    %6 = flow.tensor.tie_shape %3 : tensor<1x?xi64>{%4}
    %dim_34 = tensor.dim %5, %c1 : tensor<1x?xi64>
    %7 = arith.index_cast %dim_34 : index to i64
    %8 = arith.cmpi slt, %dim_34, %c0 : index
    %9 = arith.addi %dim_34, %c32 : index
    %10 = arith.select %8, %9, %dim_34 : index
    %11 = arith.cmpi slt, %10, %c0 : index
    %12 = arith.select %11, %c-1, %10 : index
    %13 = arith.minsi %12, %c32 : index
    %14 = arith.maxsi %13, %c0 : index
    %extracted_slice = tensor.extract_slice %cst[0, 0] [1, %14] [1, 1] : tensor<1x32xi64> to tensor<1x?xi64>
    %15 = tensor.empty(%14) : tensor<1x?xi64>
    %16 = linalg.fill ins(%c0_i64 : i64) outs(%15 : tensor<1x?xi64>) -> tensor<1x?xi64>
    %17 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice : tensor<1x?xi64>) outs(%16 : tensor<1x?xi64>) {
    ^bb0(%in: i64, %out: i64):
      %157 = arith.index_cast %in : i64 to index
      %158 = arith.cmpi slt, %157, %c32 : index
      cf.assert %158, "index must be smaller than dim size"
      %159 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %159, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_0[%c0, %157] : tensor<1x32xi64>
      linalg.yield %extracted : i64
    } -> tensor<1x?xi64>
    %18 = tensor.empty(%dim_34) : tensor<1x?x8xf32>
    %19 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<1x?xi64>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %157 = arith.index_cast %in : i64 to index
      %158 = linalg.index 2 : index
      %159 = arith.cmpi slt, %157, %c24 : index
      cf.assert %159, "index must be smaller than dim size"
      %160 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %160, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_1[%157, %158] : tensor<24x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x?x8xf32>
    %20 = tensor.empty(%14) : tensor<1x?x8xf32>
    %21 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17 : tensor<1x?xi64>) outs(%20 : tensor<1x?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %157 = arith.index_cast %in : i64 to index
      %158 = linalg.index 2 : index
      %159 = arith.cmpi slt, %157, %c2 : index
      cf.assert %159, "index must be smaller than dim size"
      %160 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %160, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_2[%157, %158] : tensor<2x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x?x8xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%19, %21 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %23 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice : tensor<1x?xi64>) outs(%20 : tensor<1x?x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %157 = arith.index_cast %in : i64 to index
      %158 = linalg.index 2 : index
      %159 = arith.cmpi slt, %157, %c32 : index
      cf.assert %159, "index must be smaller than dim size"
      %160 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %160, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_3[%157, %158] : tensor<32x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x?x8xf32>
    %24 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%22, %23 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %25 = tensor.empty(%dim_34) : tensor<1x?x1xf32>
    %26 = linalg.fill ins(%cst_27 : f32) outs(%25 : tensor<1x?x1xf32>) -> tensor<1x?x1xf32>
    %27 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%24 : tensor<1x?x8xf32>) outs(%26 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %28 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%27 : tensor<1x?x1xf32>) outs(%25 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %29 = tensor.empty(%dim_34) : tensor<1x?x8xf32>
    %collapsed = tensor.collapse_shape %28 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed : tensor<1x?xf32>) outs(%29 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %31 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%24, %30 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.subf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %32 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%31, %31 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %33 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%32 : tensor<1x?x8xf32>) outs(%26 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %34 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%33 : tensor<1x?x1xf32>) outs(%25 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %35 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%34 : tensor<1x?x1xf32>) outs(%25 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.truncf %cst_6 : f64 to f32
      %158 = arith.addf %in, %157 : f32
      linalg.yield %158 : f32
    } -> tensor<1x?x1xf32>
    %36 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%35 : tensor<1x?x1xf32>) outs(%25 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.rsqrt %in : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_35 = tensor.collapse_shape %36 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %37 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_35 : tensor<1x?xf32>) outs(%29 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %38 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%31, %37 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %39 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%38, %cst_4 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %40 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%39, %cst_5 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%18 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %dim_36 = tensor.dim %6, %c1 : tensor<1x?xi64>
    %41 = tensor.empty(%dim_36) : tensor<1x?xi1>
    %42 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<1x?xi64>) outs(%41 : tensor<1x?xi1>) {
    ^bb0(%in: i64, %out: i1):
      %157 = arith.cmpi ne, %in, %c0_i64 : i64
      linalg.yield %157 : i1
    } -> tensor<1x?xi1>
    %43 = tensor.empty() : tensor<1xi64>
    %44 = linalg.generic {indexing_maps = [#map5], iterator_types = ["parallel"]} outs(%43 : tensor<1xi64>) {
    ^bb0(%out: i64):
      linalg.yield %c0_i64 : i64
    } -> tensor<1xi64>
    %45 = tensor.empty(%dim_34) : tensor<?xi64>
    %46 = linalg.generic {indexing_maps = [#map5], iterator_types = ["parallel"]} outs(%45 : tensor<?xi64>) {
    ^bb0(%out: i64):
      %157 = linalg.index 0 : index
      %158 = arith.index_cast %157 : index to i64
      linalg.yield %158 : i64
    } -> tensor<?xi64>
    %expanded = tensor.expand_shape %44 [[0, 1, 2, 3]] output_shape [1, 1, 1, 1] : tensor<1xi64> into tensor<1x1x1x1xi64>
    %expanded_37 = tensor.expand_shape %46 [[0, 1, 2, 3]] output_shape [1, 1, %dim_34, 1] : tensor<?xi64> into tensor<1x1x?x1xi64>
    %expanded_38 = tensor.expand_shape %46 [[0, 1, 2, 3]] output_shape [1, 1, 1, %dim_34] : tensor<?xi64> into tensor<1x1x1x?xi64>
    %47 = tensor.empty(%dim_34) : tensor<1x1x?x1xi1>
    %48 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_37 : tensor<1x1x?x1xi64>) outs(%47 : tensor<1x1x?x1xi1>) {
    ^bb0(%in: i64, %out: i1):
      %157 = arith.cmpi sge, %in, %c0_i64 : i64
      linalg.yield %157 : i1
    } -> tensor<1x1x?x1xi1>
    %49 = linalg.generic {indexing_maps = [#map7, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_24, %48 : tensor<i1>, tensor<1x1x?x1xi1>) outs(%47 : tensor<1x1x?x1xi1>) {
    ^bb0(%in: i1, %in_78: i1, %out: i1):
      %157 = arith.andi %in, %in_78 : i1
      linalg.yield %157 : i1
    } -> tensor<1x1x?x1xi1>
    %dim_39 = tensor.dim %expanded_38, %c3 : tensor<1x1x1x?xi64>
    %50 = tensor.empty(%dim_39) : tensor<1x1x1x?xi1>
    %51 = linalg.generic {indexing_maps = [#map8, #map9, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded, %expanded_38 : tensor<1x1x1x1xi64>, tensor<1x1x1x?xi64>) outs(%50 : tensor<1x1x1x?xi1>) {
    ^bb0(%in: i64, %in_78: i64, %out: i1):
      %157 = arith.cmpi slt, %in, %c0_i64 : i64
      %158 = arith.addi %in, %c1_i64 : i64
      %159 = arith.select %157, %158, %in : i64
      %160 = arith.index_cast %159 : i64 to index
      %161 = arith.cmpi slt, %in_78, %c0_i64 : i64
      %162 = arith.index_cast %dim_36 : index to i64
      %163 = arith.addi %in_78, %162 : i64
      %164 = arith.select %161, %163, %in_78 : i64
      %165 = arith.index_cast %164 : i64 to index
      %extracted = tensor.extract %42[%160, %165] : tensor<1x?xi1>
      linalg.yield %extracted : i1
    } -> tensor<1x1x1x?xi1>
    %52 = tensor.empty(%dim_34, %dim_39) : tensor<1x1x?x?xi1>
    %53 = linalg.generic {indexing_maps = [#map10, #map11, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%49, %51 : tensor<1x1x?x1xi1>, tensor<1x1x1x?xi1>) outs(%52 : tensor<1x1x?x?xi1>) {
    ^bb0(%in: i1, %in_78: i1, %out: i1):
      %157 = arith.andi %in, %in_78 : i1
      linalg.yield %157 : i1
    } -> tensor<1x1x?x?xi1>
    %54 = tensor.empty(%dim_34, %dim_39) : tensor<1x1x?x?xf32>
    %55 = linalg.generic {indexing_maps = [#map6, #map7, #map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %cst_25, %cst_26 : tensor<1x1x?x?xi1>, tensor<f32>, tensor<f32>) outs(%54 : tensor<1x1x?x?xf32>) {
    ^bb0(%in: i1, %in_78: f32, %in_79: f32, %out: f32):
      %157 = arith.select %in, %in_78, %in_79 : f32
      linalg.yield %157 : f32
    } -> tensor<1x1x?x?xf32>
    %collapsed_40 = tensor.collapse_shape %40 [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
    %56 = tensor.empty() : tensor<8x8xf32>
    %transposed = linalg.transpose ins(%cst_7 : tensor<8x8xf32>) outs(%56 : tensor<8x8xf32>) permutation = [1, 0] 
    %57 = tensor.empty(%dim_34) : tensor<?x8xf32>
    %58 = linalg.fill ins(%cst_27 : f32) outs(%57 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %59 = linalg.matmul ins(%collapsed_40, %transposed : tensor<?x8xf32>, tensor<8x8xf32>) outs(%58 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %60 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_8, %59 : tensor<8xf32>, tensor<?x8xf32>) outs(%57 : tensor<?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x8xf32>
    %expanded_41 = tensor.expand_shape %60 [[0, 1], [2]] output_shape [1, %dim_34, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %61 = arith.muli %7, %c4_i64 : i64
    %62 = arith.muli %7, %c8_i64 : i64
    %63 = arith.divui %62, %61 : i64
    %from_elements = tensor.from_elements %c1_i64, %7, %63, %c4_i64 : tensor<4xi64>
    %reshape = tensor.reshape %expanded_41(%from_elements) : (tensor<1x?x8xf32>, tensor<4xi64>) -> tensor<1x?x2x4xf32>
    %64 = tensor.empty(%dim_34) : tensor<1x2x?x4xf32>
    %transposed_42 = linalg.transpose ins(%reshape : tensor<1x?x2x4xf32>) outs(%64 : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3] 
    %transposed_43 = linalg.transpose ins(%cst_9 : tensor<8x8xf32>) outs(%56 : tensor<8x8xf32>) permutation = [1, 0] 
    %65 = linalg.matmul ins(%collapsed_40, %transposed_43 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%58 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %66 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_10, %65 : tensor<8xf32>, tensor<?x8xf32>) outs(%57 : tensor<?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x8xf32>
    %expanded_44 = tensor.expand_shape %66 [[0, 1], [2]] output_shape [1, %dim_34, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %reshape_45 = tensor.reshape %expanded_44(%from_elements) : (tensor<1x?x8xf32>, tensor<4xi64>) -> tensor<1x?x2x4xf32>
    %transposed_46 = linalg.transpose ins(%cst_11 : tensor<8x8xf32>) outs(%56 : tensor<8x8xf32>) permutation = [1, 0] 
    %67 = linalg.matmul ins(%collapsed_40, %transposed_46 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%58 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %68 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_12, %67 : tensor<8xf32>, tensor<?x8xf32>) outs(%57 : tensor<?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x8xf32>
    %expanded_47 = tensor.expand_shape %68 [[0, 1], [2]] output_shape [1, %dim_34, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %reshape_48 = tensor.reshape %expanded_47(%from_elements) : (tensor<1x?x8xf32>, tensor<4xi64>) -> tensor<1x?x2x4xf32>
    %transposed_49 = linalg.transpose ins(%reshape_48 : tensor<1x?x2x4xf32>) outs(%64 : tensor<1x2x?x4xf32>) permutation = [0, 2, 1, 3] 
    %69 = tensor.empty(%dim_34) : tensor<1x2x4x?xf32>
    %transposed_50 = linalg.transpose ins(%reshape_45 : tensor<1x?x2x4xf32>) outs(%69 : tensor<1x2x4x?xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_51 = tensor.collapse_shape %transposed_42 [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
    %collapsed_52 = tensor.collapse_shape %transposed_50 [[0, 1], [2], [3]] : tensor<1x2x4x?xf32> into tensor<2x4x?xf32>
    %70 = tensor.empty(%dim_34, %dim_34) : tensor<2x?x?xf32>
    %71 = linalg.fill ins(%cst_27 : f32) outs(%70 : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
    %72 = linalg.batch_matmul ins(%collapsed_51, %collapsed_52 : tensor<2x?x4xf32>, tensor<2x4x?xf32>) outs(%71 : tensor<2x?x?xf32>) -> tensor<2x?x?xf32>
    %from_elements_53 = tensor.from_elements %c1_i64, %c2_i64, %7, %7 : tensor<4xi64>
    %reshape_54 = tensor.reshape %72(%from_elements_53) : (tensor<2x?x?xf32>, tensor<4xi64>) -> tensor<1x2x?x?xf32>
    %73 = tensor.empty(%dim_34, %dim_34) : tensor<1x2x?x?xf32>
    %74 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%reshape_54 : tensor<1x2x?x?xf32>) outs(%73 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.mulf %in, %cst_31 : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x?xf32>
    %75 = linalg.generic {indexing_maps = [#map6, #map13, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%74, %55 : tensor<1x2x?x?xf32>, tensor<1x1x?x?xf32>) outs(%73 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x?xf32>
    %76 = tensor.empty(%dim_34) : tensor<1x2x?xi64>
    %77 = linalg.fill ins(%c0_i64 : i64) outs(%76 : tensor<1x2x?xi64>) -> tensor<1x2x?xi64>
    %78 = tensor.empty(%dim_34) : tensor<1x2x?xf32>
    %79 = linalg.fill ins(%cst_28 : f32) outs(%78 : tensor<1x2x?xf32>) -> tensor<1x2x?xf32>
    %80:2 = linalg.generic {indexing_maps = [#map6, #map14, #map14], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%75 : tensor<1x2x?x?xf32>) outs(%79, %77 : tensor<1x2x?xf32>, tensor<1x2x?xi64>) {
    ^bb0(%in: f32, %out: f32, %out_78: i64):
      %157 = linalg.index 3 : index
      %158 = arith.index_cast %157 : index to i64
      %159 = arith.maximumf %in, %out : f32
      %160 = arith.cmpf ogt, %in, %out : f32
      %161 = arith.select %160, %158, %out_78 : i64
      linalg.yield %159, %161 : f32, i64
    } -> (tensor<1x2x?xf32>, tensor<1x2x?xi64>)
    %expanded_55 = tensor.expand_shape %80#0 [[0], [1], [2, 3]] output_shape [1, 2, %dim_34, 1] : tensor<1x2x?xf32> into tensor<1x2x?x1xf32>
    %81 = linalg.generic {indexing_maps = [#map6, #map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%75, %expanded_55 : tensor<1x2x?x?xf32>, tensor<1x2x?x1xf32>) outs(%73 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.subf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x?xf32>
    %82 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%81 : tensor<1x2x?x?xf32>) outs(%73 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.exp %in : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x?xf32>
    %83 = tensor.empty(%dim_34) : tensor<1x2x?x1xf32>
    %84 = linalg.fill ins(%cst_27 : f32) outs(%83 : tensor<1x2x?x1xf32>) -> tensor<1x2x?x1xf32>
    %85 = linalg.generic {indexing_maps = [#map6, #map10], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%82 : tensor<1x2x?x?xf32>) outs(%84 : tensor<1x2x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x1xf32>
    %86 = linalg.generic {indexing_maps = [#map6, #map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%82, %85 : tensor<1x2x?x?xf32>, tensor<1x2x?x1xf32>) outs(%73 : tensor<1x2x?x?xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.divf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x2x?x?xf32>
    %from_elements_56 = tensor.from_elements %c2_i64, %7, %7 : tensor<3xi64>
    %reshape_57 = tensor.reshape %86(%from_elements_56) : (tensor<1x2x?x?xf32>, tensor<3xi64>) -> tensor<2x?x?xf32>
    %collapsed_58 = tensor.collapse_shape %transposed_49 [[0, 1], [2], [3]] : tensor<1x2x?x4xf32> into tensor<2x?x4xf32>
    %87 = tensor.empty(%dim_34) : tensor<2x?x4xf32>
    %88 = linalg.fill ins(%cst_27 : f32) outs(%87 : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
    %89 = linalg.batch_matmul ins(%reshape_57, %collapsed_58 : tensor<2x?x?xf32>, tensor<2x?x4xf32>) outs(%88 : tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
    %expanded_59 = tensor.expand_shape %89 [[0, 1], [2], [3]] output_shape [1, 2, %dim_34, 4] : tensor<2x?x4xf32> into tensor<1x2x?x4xf32>
    %90 = tensor.empty(%dim_34) : tensor<1x?x2x4xf32>
    %transposed_60 = linalg.transpose ins(%expanded_59 : tensor<1x2x?x4xf32>) outs(%90 : tensor<1x?x2x4xf32>) permutation = [0, 2, 1, 3] 
    %91 = arith.muli %7, %c8_i64 : i64
    %92 = arith.divui %91, %7 : i64
    %from_elements_61 = tensor.from_elements %c1_i64, %7, %92 : tensor<3xi64>
    %reshape_62 = tensor.reshape %transposed_60(%from_elements_61) : (tensor<1x?x2x4xf32>, tensor<3xi64>) -> tensor<1x?x8xf32>
    %collapsed_63 = tensor.collapse_shape %reshape_62 [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
    %transposed_64 = linalg.transpose ins(%cst_13 : tensor<8x8xf32>) outs(%56 : tensor<8x8xf32>) permutation = [1, 0] 
    %93 = tensor.empty(%dim_34) : tensor<?x8xf32>
    %94 = linalg.fill ins(%cst_27 : f32) outs(%93 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %95 = linalg.matmul ins(%collapsed_63, %transposed_64 : tensor<?x8xf32>, tensor<8x8xf32>) outs(%94 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %96 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_14, %95 : tensor<8xf32>, tensor<?x8xf32>) outs(%93 : tensor<?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x8xf32>
    %expanded_65 = tensor.expand_shape %96 [[0, 1], [2]] output_shape [1, %dim_34, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %97 = tensor.empty(%dim_34) : tensor<1x?x8xf32>
    %98 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_65, %40 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %99 = tensor.empty(%dim_34) : tensor<1x?x1xf32>
    %100 = linalg.fill ins(%cst_27 : f32) outs(%99 : tensor<1x?x1xf32>) -> tensor<1x?x1xf32>
    %101 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%98 : tensor<1x?x8xf32>) outs(%100 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %102 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%101 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %103 = tensor.empty(%dim_34) : tensor<1x?x8xf32>
    %collapsed_66 = tensor.collapse_shape %102 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %104 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_66 : tensor<1x?xf32>) outs(%103 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %105 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%98, %104 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.subf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %106 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%105, %105 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %107 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%106 : tensor<1x?x8xf32>) outs(%100 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %108 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%107 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %109 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%108 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.truncf %cst_6 : f64 to f32
      %158 = arith.addf %in, %157 : f32
      linalg.yield %158 : f32
    } -> tensor<1x?x1xf32>
    %110 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%109 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.rsqrt %in : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_67 = tensor.collapse_shape %110 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %111 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_67 : tensor<1x?xf32>) outs(%103 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %112 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%105, %111 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %113 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%112, %cst_15 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %114 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%113, %cst_16 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %collapsed_68 = tensor.collapse_shape %114 [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
    %115 = tensor.empty() : tensor<8x12xf32>
    %transposed_69 = linalg.transpose ins(%cst_17 : tensor<12x8xf32>) outs(%115 : tensor<8x12xf32>) permutation = [1, 0] 
    %116 = tensor.empty(%dim_34) : tensor<?x12xf32>
    %117 = linalg.fill ins(%cst_27 : f32) outs(%116 : tensor<?x12xf32>) -> tensor<?x12xf32>
    %118 = linalg.matmul ins(%collapsed_68, %transposed_69 : tensor<?x8xf32>, tensor<8x12xf32>) outs(%117 : tensor<?x12xf32>) -> tensor<?x12xf32>
    %119 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_18, %118 : tensor<12xf32>, tensor<?x12xf32>) outs(%116 : tensor<?x12xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x12xf32>
    %expanded_70 = tensor.expand_shape %119 [[0, 1], [2]] output_shape [1, %dim_34, 12] : tensor<?x12xf32> into tensor<1x?x12xf32>
    %120 = tensor.empty(%dim_34) : tensor<1x?x12xf32>
    %121 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_70 : tensor<1x?x12xf32>) outs(%120 : tensor<1x?x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_29 : f32
      %158 = math.erf %157 : f32
      %159 = arith.addf %158, %cst_30 : f32
      %160 = arith.mulf %159, %cst_31 : f32
      %161 = arith.mulf %in, %160 : f32
      linalg.yield %161 : f32
    } -> tensor<1x?x12xf32>
    %collapsed_71 = tensor.collapse_shape %121 [[0, 1], [2]] : tensor<1x?x12xf32> into tensor<?x12xf32>
    %122 = tensor.empty() : tensor<12x8xf32>
    %transposed_72 = linalg.transpose ins(%cst_19 : tensor<8x12xf32>) outs(%122 : tensor<12x8xf32>) permutation = [1, 0] 
    %123 = linalg.matmul ins(%collapsed_71, %transposed_72 : tensor<?x12xf32>, tensor<12x8xf32>) outs(%94 : tensor<?x8xf32>) -> tensor<?x8xf32>
    %124 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_20, %123 : tensor<8xf32>, tensor<?x8xf32>) outs(%93 : tensor<?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<?x8xf32>
    %expanded_73 = tensor.expand_shape %124 [[0, 1], [2]] output_shape [1, %dim_34, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
    %125 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_73, %114 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %126 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%125 : tensor<1x?x8xf32>) outs(%100 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %127 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%126 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_74 = tensor.collapse_shape %127 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %128 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_74 : tensor<1x?xf32>) outs(%103 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %129 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%125, %128 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.subf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %130 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%129, %129 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %131 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%130 : tensor<1x?x8xf32>) outs(%100 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %132 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%131 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.divf %in, %cst_32 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %133 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%132 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.truncf %cst_6 : f64 to f32
      %158 = arith.addf %in, %157 : f32
      linalg.yield %158 : f32
    } -> tensor<1x?x1xf32>
    %134 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%133 : tensor<1x?x1xf32>) outs(%99 : tensor<1x?x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.rsqrt %in : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %collapsed_75 = tensor.collapse_shape %134 [[0], [1, 2]] : tensor<1x?x1xf32> into tensor<1x?xf32>
    %135 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_75 : tensor<1x?xf32>) outs(%103 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x?x8xf32>
    %136 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%129, %135 : tensor<1x?x8xf32>, tensor<1x?x8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %137 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%136, %cst_21 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %138 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%137, %cst_22 : tensor<1x?x8xf32>, tensor<8xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.addf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %expanded_76 = tensor.expand_shape %6 [[0], [1, 2]] output_shape [1, %dim_36, 1] : tensor<1x?xi64> into tensor<1x?x1xi64>
    %139 = tensor.empty(%dim_36) : tensor<1x?x1xf32>
    %140 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_76 : tensor<1x?x1xi64>) outs(%139 : tensor<1x?x1xf32>) {
    ^bb0(%in: i64, %out: f32):
      %157 = arith.sitofp %in : i64 to f32
      linalg.yield %157 : f32
    } -> tensor<1x?x1xf32>
    %141 = linalg.generic {indexing_maps = [#map2, #map3, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%138, %140 : tensor<1x?x8xf32>, tensor<1x?x1xf32>) outs(%97 : tensor<1x?x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.mulf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x?x8xf32>
    %142 = tensor.empty() : tensor<1x8xf32>
    %143 = linalg.fill ins(%cst_27 : f32) outs(%142 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %144 = linalg.generic {indexing_maps = [#map2, #map15], iterator_types = ["parallel", "reduction", "parallel"]} ins(%141 : tensor<1x?x8xf32>) outs(%143 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x8xf32>
    %145 = tensor.empty() : tensor<1x1xf32>
    %146 = linalg.fill ins(%cst_27 : f32) outs(%145 : tensor<1x1xf32>) -> tensor<1x1xf32>
    %147 = linalg.generic {indexing_maps = [#map2, #map15], iterator_types = ["parallel", "reduction", "parallel"]} ins(%140 : tensor<1x?x1xf32>) outs(%146 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.addf %in, %out : f32
      linalg.yield %157 : f32
    } -> tensor<1x1xf32>
    %148 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%147 : tensor<1x1xf32>) outs(%145 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.truncf %cst_23 : f64 to f32
      %158 = arith.cmpf ult, %in, %157 : f32
      %159 = arith.select %158, %157, %in : f32
      linalg.yield %159 : f32
    } -> tensor<1x1xf32>
    %149 = linalg.generic {indexing_maps = [#map, #map16, #map], iterator_types = ["parallel", "parallel"]} ins(%144, %148 : tensor<1x8xf32>, tensor<1x1xf32>) outs(%142 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.divf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x8xf32>
    %150 = linalg.generic {indexing_maps = [#map, #map16], iterator_types = ["parallel", "reduction"]} ins(%149 : tensor<1x8xf32>) outs(%146 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.absf %in : f32
      %158 = math.powf %157, %cst_33 : f32
      %159 = arith.addf %158, %out : f32
      linalg.yield %159 : f32
    } -> tensor<1x1xf32>
    %151 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%150 : tensor<1x1xf32>) outs(%145 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = math.powf %in, %cst_31 : f32
      linalg.yield %157 : f32
    } -> tensor<1x1xf32>
    %152 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%151 : tensor<1x1xf32>) outs(%145 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %157 = arith.truncf %cst_6 : f64 to f32
      %158 = arith.cmpf ult, %in, %157 : f32
      %159 = arith.select %158, %157, %in : f32
      linalg.yield %159 : f32
    } -> tensor<1x1xf32>
    %collapsed_77 = tensor.collapse_shape %152 [[0, 1]] : tensor<1x1xf32> into tensor<1xf32>
    %153 = linalg.generic {indexing_maps = [#map17, #map], iterator_types = ["parallel", "parallel"]} ins(%collapsed_77 : tensor<1xf32>) outs(%142 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8xf32>
    %154 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%149, %153 : tensor<1x8xf32>, tensor<1x8xf32>) outs(%142 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_78: f32, %out: f32):
      %157 = arith.divf %in, %in_78 : f32
      linalg.yield %157 : f32
    } -> tensor<1x8xf32>
    %155 = hal.tensor.barrier join(%154 : tensor<1x8xf32>) => %arg3 : !hal.fence
    %156 = hal.tensor.export %155 : tensor<1x8xf32> -> !hal.buffer_view
    util.return %156 : !hal.buffer_view
  }
  util.func public @embed(%arg0: !hal.buffer_view, %arg1: !hal.buffer_view) -> !hal.buffer_view attributes {iree.abi.stub} {
    %0 = util.null : !hal.fence
    %c-1_i32 = arith.constant -1 : i32
    %c0 = arith.constant 0 : index
    %device_0 = hal.devices.get %c0 : !hal.device
    %fence = hal.fence.create device(%device_0 : !hal.device) flags("None") : !hal.fence
    %1 = util.call @embed$async(%arg0, %arg1, %0, %fence) : (!hal.buffer_view, !hal.buffer_view, !hal.fence, !hal.fence) -> !hal.buffer_view
    %status = hal.fence.await until([%fence]) timeout_millis(%c-1_i32) flags("None") : i32
    util.return %1 : !hal.buffer_view
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_1_32_torch.int64: "0x0800000000000000000000000100000000000000020000000000000003000000000000000400000000000000050000000000000006000000000000000700000000000000080000000000000009000000000000000A000000000000000B000000000000000C000000000000000D000000000000000E000000000000000F0000000000000010000000000000001100000000000000120000000000000013000000000000001400000000000000150000000000000016000000000000001700000000000000180000000000000019000000000000001A000000000000001B000000000000001C000000000000001D000000000000001E000000000000001F00000000000000",
      torch_tensor_1_32_torch.int64_1: "0x0800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_24_8_torch.float32: "0x040000000000000000000000000000000000000000000000000000000000000000000000C97F643DF7D3053DBDAD9D3C82D9A63BCBB518BD904E803CCC7A1DBD1C12ABBCDB5DA23CD02FD13B7EF6CFBC9721123DAFDCD73BD925B13C73C02F3CFD5E403D0978D83B5062043DB7051ABCA52657BCD8242EBCABFB903B3E116D3C926193BBA116D4BCC07E28BBF0C295BAD346BABAE70F8EBC3B73F53B9DEB193CDE54733C66D9513B5971EEBB4ABD95BCE252023DD65F253C198DD53B6DFF13BC372FC8B886556F3D305DFEBC21FC30BC0D401A3C1BA8D6BC8F51F1BBCFE5B2BC4F9ED83A88FE0438F075563BADDB893C3E0AAD3C0C4376BCD26B78BADE003ABC65B40E3CD3F6153B2CC19EBC0DF6053CF20588BCFB5FFE3C5FCE9A3CDC958E3C30C48D3C4B6EE33AFEC365BCE9A66F3C742DDFBB84DED13C101197BCCECBDE3CF34BF9BB1E4F1A3D09CE25BDC5F65ABBFE17E1BCA1A066BC3313083C0F43543CC7448A3B393A30BC2BD6D9BB465712BDBE8F50BB602792BCC423B23CE693323C25667FBB0E80FA3CF4C307BD8227D73AF8BEC03C14DAE53A2E4E96BC7993A13C4B610F3C923C763AF2AF33BA16DD0CBA773BF7BBAF7BA13BD3A93B3C47A7363CEFC8EB3B9E9B983CCF7D4CBDE6CB813CABF7B53C771D363BAF73BA3CB36F253C85AFBBBCE60072BB9776F4BC9CFE313C27E32A3C840A593DFCE863BC22322CBDAF35F6BCB64027BB07B576BB4B67043DB287B2BCDD9E99B7F033393C49269BB9C1A26E3BAEBD1FBC96E422BC2CAFF03C85CA443A0F8FAC3AD09995BC2C2CA0BC27B7C0BC44C5DD3C6245073D04CDB9B91202C9BCC980FF3B4992AF3CC2E0913CD9AD14BDEAE02A3D66CC093B0934D03967E55EBC84970EBC85586DBC607D80BC7E6363BDA2D9993C19A68A3C321EB83B42E3D5BCB957353C836F803BCE9AA5BCF76E503CFCE85D3AAA672FBC0418583CC066E03BD0A74BBBEA7CF2BC9BF3FF3C9DAB32BDC4D854BB300B113D092D443D47A4AFBC5462453C802C313BE58E50BC95B0B13AB93F343AC283BA3CA4EF063D3E4FFCBBF9AEC03C87649F3C815CB5393D99823C",
      torch_tensor_2_8_torch.float32: "0x0400000025E1EEB997E58C3A43B309BCCFD804BC94C4A8BC7C9366BC048D0FBD81BA703B977DB5BAA6478C3B4995F2BB2ED148BC0D9B39BCF81CE9BC40A3B53BD7A2DABB",
      torch_tensor_32_8_torch.float32: "0x0400000012D9A4BCA49B8C3C1FE4153CD88A4EBC409FF03BF3C3013DAAB73CBD043B473BD85E413DE6566FBBAE4D313C9D866BBC3E509E3B35CA3A3CE9A865B90F6D5C3CCE300C3DB684953C77C4BDBB80C082BB4C65DCBC3B269739828317BCD8B1FBB9793C2E3B49BE1DBBF765BCBC0E2B69BC5A9482BC049452BD46C69ABCCB7255BC9D32743CA318FABB9BFE15BDFD163EBCDA710EBCF262823C097592BA2684B9BC77F308BDAABFCB3CB3D8E63CABC20DBD52B4AEBCA9B01DBBDC04CABCFFBC10BD3D26BA3C7B389FBBDC6E9D3BCDDAC43B0253353C5D3C17BB44B5D5BBF94DCA3C2F1E813C344C70BA0E3489BC78FBC9BC10D04ABB14C7DD3B47D619BDF063883C0D2001BCD98FF83AFE1A603C264CA23CC6A5EC3CF626143B9C2B543CDBF03FBC19B5A33C9D5E4D3CC16177BC37D7ECBCBF2687BC26266E3C1E346DBCA0F3863CB9B006BC8E73363C6721423C4B93133C36FCA93C8F7FEA3A066BF23CE6D5A3BB6D1C923CC0B37D3CDEE09EBCBD8A5DBCC0A97E3CCEE34A3CFB0526BCD821D5BB7510C4BCD23623BC771707BC0EB3503C9246A13C40D1B4BCE7AD193DD50CC43CE7CBF7BC2EA3C7B842B5FE3CF4000E3DC3AA06B9B547B73B87EF62BC50F57BBCC983143C8F1EB43CF4F1073C83DA093C7FF719BDD28F0DBD1D6044BCB9D575BCDDF63E3C7CEC383C9BB48EBCAA78B13C2F65CABAB5AA1A390E10EABB00CF363B2FB4A53CDD1CCBBC36F521BD8285C43C9C3BBC3C27BBCABC0A59153DC7441C39D873DDBC1375F93BB3358DBA4FD857BCD99F853B6F6703BC33B926BC5B77D63C144F36BCFFD7103C1B5A92BC98A5DF3C3E2EDCBC826F013B845185BC82DA00BD7AC48C3C36C9A9BCE200C13C353E613C94FCC8BBABC0FCBC7DFC033B9C3DA8BA64038FBCCF86CE3CD9BBB33C8958D63BC2C42EBC2D7F233C726F5DBC6F3854BD0532823C468FBBBC54B2403CDEA6863AE4D84F3BFCD9B73CFD3F903C72CB9CBCCFE8B13A16AB0F3D4F613E3C4560E5BC9DA89A3B7273113C65EEFE392C34CEBC6C9EEE3B0E8A82BC4761CF3B02BDFA3C80AEEE3C03A7963C8FC4EA3BFCC4043CFBF2B13CE25DA93CD07CC6BC0F9F6ABCA16A36BCA20D3F3CF811F4BBFCFA673C18F4403C7FFC87BCC652BEBC9B510EBC7451DABB998085BCB309583D3D8E84BC3C43F73C3EDF9CBC83AC153D790D0D3D36B01A3DE07499BCD4F65BBC90D10A3C6957423D18C907BB507687BBD25A54BBE09115BD7C35C5BB226570BA999278BC7D19FD3CB09AF3BB819377BC4C04DFB9E11343BC6FD3323C50AC713C6FE34BBB54B192BC8098A83C66D5453CF468FD3CCDD5A03CA2054CBB290AAF3B247C31BDD324763BC952C03B97BDA33CA8A112BB5059933CEBBF103CC1F8B5BB53D5F03B39A5AB3B6B4C6C3C77F529BB98D2C93C1D4E2C3C8FEC58BC49BA77BC01C533BC",
      torch_tensor_8_torch.float32: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_8_torch.float32_1: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32: "0x0400000057F8DE3C3508493CE6F068394795273C541AA83C45C7A8BC73E1453CF713A13CE15C6DBA878F3A3D3356E0BCF6D72B3CA03EFDBCF07D58BC7CF164BD2524163C867A9939425F01BD8B7F2CBC1C2BFDBC2D002B3A89DE853C5D005EBC3749123DE41CBABA4728153CCC5B543CB8E9DC3A04B35CBC14010B3CA6889E3CE2EF843B25EAA0BCFD0B0B3CA03048BC12022FBD509FCF3BAA6C38BC5D0A253CE2D79D3C10518C3C7269A23C573A063D800A633B00B992BBB7223E3CA4AA95BCE2F0583CB56AC2BC7FD407BC0B088F3AAC4A713CB21B79BBF70CF1BB3433FFBC3DB0E1392509AD3B78A0A13B5D07A03BE11BA83C6E037D3C961D22BD6B4CECBC8643AABA",
      torch_tensor_8_torch.float32_2: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_1: "0x040000000D5737BC624428BC4DBAAABC10195E3C22B3B5BCF5D2C5BB256680BC73A6873C9C4FA03C15C9033D3F028C3C00176F3C1E8787BBD0294B3A91AB8B3C7DB7EEBB4F4CEA3C5B38E63CDE368CBC930326BC266F3CBC81270ABD462E503D6628A9BC0FFDCCBC4F2CB4BB774A563B1708C23CF808F1BA52E69DBC550F463C4754863B184266BBD05FD43BB86DBCBCB3F9B1BCEFCE27BD046081BC216D2B3CD20ABBBBE4C38C3CB2DE183D4E8EDBBA3B42FBBC1CF2CE3C58D418BC0B13CFBC41FCAEBC130A753CFF55043CA20F203CCF72523B8DF201BCF3DEEFBC69C7313B128B17BC6944E1BC87D4E0BC2129DE3AB4E752BC4A7FE23BAEB9C0BC4FE4D33B62989C3B",
      torch_tensor_8_torch.float32_3: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_2: "0x04000000952BE13CE79023BD61CC12BDB31BC3BA8B9A1E3CFCF577BC1D17ED3C6ABB293CAB539E3973C12B3C420283BBDD886A3CAC12F8BBC0A3883CC7D88B3B47CB063DE613433CD09826BC00CDDFBC69E3363D2E91BCBC2CC19E3CA70B57BD76DA1B3D459BABBC69E121BB567681BBAFAD1B3DE5C8F9BB5CC1DABAAB2F10BC042E5B3C82B7EC3C5D823DBD73C0343D07B0443C452FC5BC15EFD7BCAD6CA13B4E74823CFFA29ABC79A37BBC0B1404BC6A98AD3C07F7423C39807EBA20EF823CAB0063BC596F0CBDAFF3023CF38EF93CF8303ABD5E6B67BBD49D6D3C106680BDB9814B3CC498963C77A4453C605615BDDBF1CFBC0EEC56BCE1DD91BC54C60B3D16048737",
      torch_tensor_8_torch.float32_4: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_3: "0x04000000A33B96BCD29679BBD39259BB3375AB3CF28871BC0AFE84BC01AE153DEFA2B8BC24AD83BC8F8CB3BC9449F6BCE7E6CB3C2F9577BB72C0A4BB0D86803BDE4991BC7C0F5F3ADF9214BD8509D53A2F1C49BDA13979BB922DE8BC351B1C3C47624C3B22EDBE3C00C2AA3C9820823BAD8BA4BC29C573BC423CB0BC4B9D203DD903AEBC8120363DEDCF00BCD68C073D2C0396BC0EAAFEBCABE821BCF3EED6B91389BABC9768C43C462089BC138BDCBBD26F543CEC0C77BA53A9A7BBCEE8FE3BE2F2713BA4D6203C57EAC33C00B73EBBED35ACBC1488A4BB1412B4BCE71241BC2837843C3231D8BC8C0114BD82C9013C1E4C213C5572EC3B635FF4BAC9C6A2BC9E8D7FBB",
      torch_tensor_8_torch.float32_5: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_torch.float32_6: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_8_torch.float32_7: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_12_8_torch.float32: "0x04000000594197BB7E57F63CB7D56C3A09AA0ABBDE4E25BD52ED123CC037653C87DDA33BC0BE673BC53F063CE9B9593CD9760B3CE255253C547A853C9794D53A22ACE5BCF090F6BB02D910BB4B1A2EBD98656BBC662C923A623484BB7D81F13CFBC6E6BB4FF2B83A4D5BAFBCB49090BC9FAC21BC1DC646BCA5C7E5BC879C153D8E21A83CB4EE0ABD7C9C92BC54D1C1BCAE23AFBBCC95F9BC414BD93CEF1251BC270FA83B195493BCF2369DBC8EAC6B3C6578643D2A7BA3BCF0A9833C97D95C3DE2579EBB088C82BC22AC993CC95BED3CD47B813CAD84873BE703F4B9C62A0EBD26EAD53BC93EE8BBF52EF3399585623CFCA136BCB32BD33C897D54384337A0BB754ADBBAAEC0C13CBCE0D9BCEF7C3E3CBEBF2C3C729F0D3D736304BC796A493C9CFF263C638B8E3C9D4CA0BC73F63D3C18026CBC5E9DA3BC3979EF3C3D54CE3C1A9E86BA6F3257BC1DA3103C39D040BB829DB9BC1DD2C33CDBB695BCA638A03B6E60CABCD318CFBBBB9B35BBCA4B2B3C6212643C2E8A4CBC53C4043D90AD2FBD5691A1BC",
      torch_tensor_12_torch.float32: "0x04000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_12_torch.float32: "0x04000000A2BADFB9E00192BC6FCCC5BAAB7EF83C97179239C57E123C3FAA80BC305AF93A921EF6BC02250B3C2572FC3BA0F8CFBC0778343D6BFC2CBBCB2E5CBADE3BC6BCD37C8B3CAE57E23AA0E300BD78C850BCB02815BD3C16C5BC82E506BC373523BC1E4BB33C09BBD9BC8483CD3C75EA99BCFD7A6B3CADFF8CBCDD2F3C3C8B1E14BD9529C13BE9B0A4BBCE13713CBE3E5BBAC93682BC2B57F1BCD7281B3D7D234C3B54FF023DC63D4BBBC63F393D293813BC60B828BB91B218BC6B580B3D8028F0BCBDF7BDBC69D6D8BAB71224BC9C98183B27247CBCF4283C3DD4D098BB8F1E073C704A49BD1DF93ABC5CCAE53C0B49833CFC2639BC24C2593C3D6B07BBE7D8983C7F52063CA56EAB3C3257F93B6A49EFBBB0D5B8BA612FF8BC6EF4BA3CBE7048BCCDEC99BC9D5335BDD0356C3B55A25BBC6A9020BC0BD29B3C96061BBDC3641E3B6FA38C3CF5534F3CD2EF8BBAC1BC1A3B86A2DB3C302497BCCF87F3BBAE48943B729D50BCE0EA043DE2C6BE3B6116A53A86F1B23956A88FBC0185C13C7ECE49BC",
      torch_tensor_8_torch.float32_8: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_torch.float32_9: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_8_torch.float32_10: "0x040000000000000000000000000000000000000000000000000000000000000000000000"
    }
  }
#-}
