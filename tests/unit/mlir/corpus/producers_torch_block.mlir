#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1, 0)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1, d2) -> (d2)>
#map4 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map5 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map6 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map7 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>
module {
  func.func @main(%arg0: tensor<2x6x10xf32>) -> tensor<2x10x16xf32> {
    %c0_i64 = arith.constant 0 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant dense_resource<torch_tensor_16_torch.float32_6> : tensor<16xf32>
    %cst_4 = arith.constant dense_resource<torch_tensor_16_32_torch.float32> : tensor<16x32xf32>
    %cst_5 = arith.constant dense_resource<torch_tensor_32_torch.float32> : tensor<32xf32>
    %cst_6 = arith.constant dense_resource<torch_tensor_32_16_torch.float32> : tensor<32x16xf32>
    %cst_7 = arith.constant dense_resource<torch_tensor_16_torch.float32_5> : tensor<16xf32>
    %cst_8 = arith.constant dense_resource<torch_tensor_16_torch.float32_4> : tensor<16xf32>
    %cst_9 = arith.constant dense_resource<torch_tensor_16_torch.float32_3> : tensor<16xf32>
    %cst_10 = arith.constant dense_resource<torch_tensor_16_16_torch.float32> : tensor<16x16xf32>
    %cst_11 = arith.constant 0.35355339059327379 : f64
    %cst_12 = arith.constant dense_resource<torch_tensor_48_torch.float32> : tensor<48xf32>
    %cst_13 = arith.constant dense_resource<torch_tensor_48_16_torch.float32> : tensor<48x16xf32>
    %cst_14 = arith.constant 1.000000e-05 : f64
    %cst_15 = arith.constant dense_resource<torch_tensor_16_torch.float32_2> : tensor<16xf32>
    %cst_16 = arith.constant dense_resource<torch_tensor_16_torch.float32_1> : tensor<16xf32>
    %cst_17 = arith.constant dense_resource<torch_tensor_16_6_3_torch.float32> : tensor<16x6x3xf32>
    %cst_18 = arith.constant dense_resource<torch_tensor_16_torch.float32> : tensor<16xf32>
    %cst_19 = arith.constant 1.600000e+01 : f32
    %cst_20 = arith.constant 1.41421354 : f32
    %padded = tensor.pad %arg0 low[0, 0, 1] high[0, 0, 1] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index):
      tensor.yield %cst : f32
    } : tensor<2x6x10xf32> to tensor<2x6x12xf32>
    %0 = tensor.empty() : tensor<2x16x10xf32>
    %broadcasted = linalg.broadcast ins(%cst_18 : tensor<16xf32>) outs(%0 : tensor<2x16x10xf32>) dimensions = [0, 2] 
    %1 = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>} ins(%padded, %cst_17 : tensor<2x6x12xf32>, tensor<16x6x3xf32>) outs(%broadcasted : tensor<2x16x10xf32>) -> tensor<2x16x10xf32>
    %2 = tensor.empty() : tensor<2x10x16xf32>
    %transposed = linalg.transpose ins(%1 : tensor<2x16x10xf32>) outs(%2 : tensor<2x10x16xf32>) permutation = [0, 2, 1] 
    %3 = tensor.empty() : tensor<2x10x1xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<2x10x1xf32>) -> tensor<2x10x1xf32>
    %5 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%transposed : tensor<2x10x16xf32>) outs(%4 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %in, %out : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %6 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_19 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %collapsed = tensor.collapse_shape %6 [[0], [1, 2]] : tensor<2x10x1xf32> into tensor<2x10xf32>
    %7 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed : tensor<2x10xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x10x16xf32>
    %8 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed, %7 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.subf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %9 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %8 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%9 : tensor<2x10x16xf32>) outs(%4 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %in, %out : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %11 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%10 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_19 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %12 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.truncf %cst_14 : f64 to f32
      %82 = arith.addf %in, %81 : f32
      linalg.yield %82 : f32
    } -> tensor<2x10x1xf32>
    %13 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = math.rsqrt %in : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %collapsed_21 = tensor.collapse_shape %13 [[0], [1, 2]] : tensor<2x10x1xf32> into tensor<2x10xf32>
    %14 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_21 : tensor<2x10xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x10x16xf32>
    %15 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %14 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %16 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%15, %cst_16 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%16, %cst_15 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %18 = tensor.empty() : tensor<16x48xf32>
    %transposed_22 = linalg.transpose ins(%cst_13 : tensor<48x16xf32>) outs(%18 : tensor<16x48xf32>) permutation = [1, 0] 
    %19 = tensor.empty() : tensor<2x16x48xf32>
    %20 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_22 : tensor<16x48xf32>) outs(%19 : tensor<2x16x48xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x16x48xf32>
    %21 = tensor.empty() : tensor<2x10x48xf32>
    %22 = linalg.fill ins(%cst : f32) outs(%21 : tensor<2x10x48xf32>) -> tensor<2x10x48xf32>
    %23 = linalg.batch_matmul ins(%17, %20 : tensor<2x10x16xf32>, tensor<2x16x48xf32>) outs(%22 : tensor<2x10x48xf32>) -> tensor<2x10x48xf32>
    %24 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%23, %cst_12 : tensor<2x10x48xf32>, tensor<48xf32>) outs(%21 : tensor<2x10x48xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x48xf32>
    %extracted_slice = tensor.extract_slice %24[0, 0, 0] [2, 10, 16] [1, 1, 1] : tensor<2x10x48xf32> to tensor<2x10x16xf32>
    %extracted_slice_23 = tensor.extract_slice %24[0, 0, 16] [2, 10, 16] [1, 1, 1] : tensor<2x10x48xf32> to tensor<2x10x16xf32>
    %extracted_slice_24 = tensor.extract_slice %24[0, 0, 32] [2, 10, 16] [1, 1, 1] : tensor<2x10x48xf32> to tensor<2x10x16xf32>
    %expanded = tensor.expand_shape %extracted_slice [[0], [1], [2, 3]] output_shape [2, 10, 2, 8] : tensor<2x10x16xf32> into tensor<2x10x2x8xf32>
    %25 = tensor.empty() : tensor<2x2x10x8xf32>
    %transposed_25 = linalg.transpose ins(%expanded : tensor<2x10x2x8xf32>) outs(%25 : tensor<2x2x10x8xf32>) permutation = [0, 2, 1, 3] 
    %expanded_26 = tensor.expand_shape %extracted_slice_23 [[0], [1], [2, 3]] output_shape [2, 10, 2, 8] : tensor<2x10x16xf32> into tensor<2x10x2x8xf32>
    %expanded_27 = tensor.expand_shape %extracted_slice_24 [[0], [1], [2, 3]] output_shape [2, 10, 2, 8] : tensor<2x10x16xf32> into tensor<2x10x2x8xf32>
    %transposed_28 = linalg.transpose ins(%expanded_27 : tensor<2x10x2x8xf32>) outs(%25 : tensor<2x2x10x8xf32>) permutation = [0, 2, 1, 3] 
    %26 = tensor.empty() : tensor<2x2x8x10xf32>
    %transposed_29 = linalg.transpose ins(%expanded_26 : tensor<2x10x2x8xf32>) outs(%26 : tensor<2x2x8x10xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_30 = tensor.collapse_shape %transposed_25 [[0, 1], [2], [3]] : tensor<2x2x10x8xf32> into tensor<4x10x8xf32>
    %collapsed_31 = tensor.collapse_shape %transposed_29 [[0, 1], [2], [3]] : tensor<2x2x8x10xf32> into tensor<4x8x10xf32>
    %27 = tensor.empty() : tensor<4x10x10xf32>
    %28 = linalg.fill ins(%cst : f32) outs(%27 : tensor<4x10x10xf32>) -> tensor<4x10x10xf32>
    %29 = linalg.batch_matmul ins(%collapsed_30, %collapsed_31 : tensor<4x10x8xf32>, tensor<4x8x10xf32>) outs(%28 : tensor<4x10x10xf32>) -> tensor<4x10x10xf32>
    %expanded_32 = tensor.expand_shape %29 [[0, 1], [2], [3]] output_shape [2, 2, 10, 10] : tensor<4x10x10xf32> into tensor<2x2x10x10xf32>
    %30 = tensor.empty() : tensor<2x2x10x10xf32>
    %31 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_32 : tensor<2x2x10x10xf32>) outs(%30 : tensor<2x2x10x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.truncf %cst_11 : f64 to f32
      %82 = arith.mulf %in, %81 : f32
      linalg.yield %82 : f32
    } -> tensor<2x2x10x10xf32>
    %32 = tensor.empty() : tensor<2x2x10xi64>
    %33 = linalg.fill ins(%c0_i64 : i64) outs(%32 : tensor<2x2x10xi64>) -> tensor<2x2x10xi64>
    %34 = tensor.empty() : tensor<2x2x10xf32>
    %35 = linalg.fill ins(%cst_0 : f32) outs(%34 : tensor<2x2x10xf32>) -> tensor<2x2x10xf32>
    %36:2 = linalg.generic {indexing_maps = [#map5, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%31 : tensor<2x2x10x10xf32>) outs(%35, %33 : tensor<2x2x10xf32>, tensor<2x2x10xi64>) {
    ^bb0(%in: f32, %out: f32, %out_44: i64):
      %81 = linalg.index 3 : index
      %82 = arith.index_cast %81 : index to i64
      %83 = arith.maximumf %in, %out : f32
      %84 = arith.cmpf ogt, %in, %out : f32
      %85 = arith.select %84, %82, %out_44 : i64
      linalg.yield %83, %85 : f32, i64
    } -> (tensor<2x2x10xf32>, tensor<2x2x10xi64>)
    %expanded_33 = tensor.expand_shape %36#0 [[0], [1], [2, 3]] output_shape [2, 2, 10, 1] : tensor<2x2x10xf32> into tensor<2x2x10x1xf32>
    %37 = linalg.generic {indexing_maps = [#map5, #map7, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%31, %expanded_33 : tensor<2x2x10x10xf32>, tensor<2x2x10x1xf32>) outs(%30 : tensor<2x2x10x10xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.subf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x2x10x10xf32>
    %38 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%37 : tensor<2x2x10x10xf32>) outs(%30 : tensor<2x2x10x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = math.exp %in : f32
      linalg.yield %81 : f32
    } -> tensor<2x2x10x10xf32>
    %39 = tensor.empty() : tensor<2x2x10x1xf32>
    %40 = linalg.fill ins(%cst : f32) outs(%39 : tensor<2x2x10x1xf32>) -> tensor<2x2x10x1xf32>
    %41 = linalg.generic {indexing_maps = [#map5, #map7], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%38 : tensor<2x2x10x10xf32>) outs(%40 : tensor<2x2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %in, %out : f32
      linalg.yield %81 : f32
    } -> tensor<2x2x10x1xf32>
    %42 = linalg.generic {indexing_maps = [#map5, #map7, #map5], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%38, %41 : tensor<2x2x10x10xf32>, tensor<2x2x10x1xf32>) outs(%30 : tensor<2x2x10x10xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.divf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x2x10x10xf32>
    %collapsed_34 = tensor.collapse_shape %42 [[0, 1], [2], [3]] : tensor<2x2x10x10xf32> into tensor<4x10x10xf32>
    %collapsed_35 = tensor.collapse_shape %transposed_28 [[0, 1], [2], [3]] : tensor<2x2x10x8xf32> into tensor<4x10x8xf32>
    %43 = tensor.empty() : tensor<4x10x8xf32>
    %44 = linalg.fill ins(%cst : f32) outs(%43 : tensor<4x10x8xf32>) -> tensor<4x10x8xf32>
    %45 = linalg.batch_matmul ins(%collapsed_34, %collapsed_35 : tensor<4x10x10xf32>, tensor<4x10x8xf32>) outs(%44 : tensor<4x10x8xf32>) -> tensor<4x10x8xf32>
    %expanded_36 = tensor.expand_shape %45 [[0, 1], [2], [3]] output_shape [2, 2, 10, 8] : tensor<4x10x8xf32> into tensor<2x2x10x8xf32>
    %46 = tensor.empty() : tensor<2x10x2x8xf32>
    %transposed_37 = linalg.transpose ins(%expanded_36 : tensor<2x2x10x8xf32>) outs(%46 : tensor<2x10x2x8xf32>) permutation = [0, 2, 1, 3] 
    %collapsed_38 = tensor.collapse_shape %transposed_37 [[0], [1], [2, 3]] : tensor<2x10x2x8xf32> into tensor<2x10x16xf32>
    %47 = tensor.empty() : tensor<16x16xf32>
    %transposed_39 = linalg.transpose ins(%cst_10 : tensor<16x16xf32>) outs(%47 : tensor<16x16xf32>) permutation = [1, 0] 
    %48 = tensor.empty() : tensor<2x16x16xf32>
    %49 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_39 : tensor<16x16xf32>) outs(%48 : tensor<2x16x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x16x16xf32>
    %50 = linalg.fill ins(%cst : f32) outs(%2 : tensor<2x10x16xf32>) -> tensor<2x10x16xf32>
    %51 = linalg.batch_matmul ins(%collapsed_38, %49 : tensor<2x10x16xf32>, tensor<2x16x16xf32>) outs(%50 : tensor<2x10x16xf32>) -> tensor<2x10x16xf32>
    %52 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%51, %cst_9 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %53 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed, %52 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %54 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%53 : tensor<2x10x16xf32>) outs(%4 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %in, %out : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %55 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%54 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_19 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %collapsed_40 = tensor.collapse_shape %55 [[0], [1, 2]] : tensor<2x10x1xf32> into tensor<2x10xf32>
    %56 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_40 : tensor<2x10xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x10x16xf32>
    %57 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%53, %56 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.subf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %58 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%57, %57 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %59 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "reduction"]} ins(%58 : tensor<2x10x16xf32>) outs(%4 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.addf %in, %out : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %60 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%59 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_19 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %61 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%60 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.truncf %cst_14 : f64 to f32
      %82 = arith.addf %in, %81 : f32
      linalg.yield %82 : f32
    } -> tensor<2x10x1xf32>
    %62 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%61 : tensor<2x10x1xf32>) outs(%3 : tensor<2x10x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = math.rsqrt %in : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x1xf32>
    %collapsed_41 = tensor.collapse_shape %62 [[0], [1, 2]] : tensor<2x10x1xf32> into tensor<2x10xf32>
    %63 = linalg.generic {indexing_maps = [#map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_41 : tensor<2x10xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x10x16xf32>
    %64 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%57, %63 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %65 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%64, %cst_8 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.mulf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %66 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%65, %cst_7 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %67 = tensor.empty() : tensor<16x32xf32>
    %transposed_42 = linalg.transpose ins(%cst_6 : tensor<32x16xf32>) outs(%67 : tensor<16x32xf32>) permutation = [1, 0] 
    %68 = tensor.empty() : tensor<2x16x32xf32>
    %69 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_42 : tensor<16x32xf32>) outs(%68 : tensor<2x16x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x16x32xf32>
    %70 = tensor.empty() : tensor<2x10x32xf32>
    %71 = linalg.fill ins(%cst : f32) outs(%70 : tensor<2x10x32xf32>) -> tensor<2x10x32xf32>
    %72 = linalg.batch_matmul ins(%66, %69 : tensor<2x10x16xf32>, tensor<2x16x32xf32>) outs(%71 : tensor<2x10x32xf32>) -> tensor<2x10x32xf32>
    %73 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%72, %cst_5 : tensor<2x10x32xf32>, tensor<32xf32>) outs(%70 : tensor<2x10x32xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x32xf32>
    %74 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%73 : tensor<2x10x32xf32>) outs(%70 : tensor<2x10x32xf32>) {
    ^bb0(%in: f32, %out: f32):
      %81 = arith.divf %in, %cst_20 : f32
      %82 = math.erf %81 : f32
      %83 = arith.addf %82, %cst_1 : f32
      %84 = arith.mulf %83, %cst_2 : f32
      %85 = arith.mulf %in, %84 : f32
      linalg.yield %85 : f32
    } -> tensor<2x10x32xf32>
    %75 = tensor.empty() : tensor<32x16xf32>
    %transposed_43 = linalg.transpose ins(%cst_4 : tensor<16x32xf32>) outs(%75 : tensor<32x16xf32>) permutation = [1, 0] 
    %76 = tensor.empty() : tensor<2x32x16xf32>
    %77 = linalg.generic {indexing_maps = [#map4, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed_43 : tensor<32x16xf32>) outs(%76 : tensor<2x32x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<2x32x16xf32>
    %78 = linalg.batch_matmul ins(%74, %77 : tensor<2x10x32xf32>, tensor<2x32x16xf32>) outs(%50 : tensor<2x10x16xf32>) -> tensor<2x10x16xf32>
    %79 = linalg.generic {indexing_maps = [#map, #map3, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%78, %cst_3 : tensor<2x10x16xf32>, tensor<16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    %80 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%53, %79 : tensor<2x10x16xf32>, tensor<2x10x16xf32>) outs(%2 : tensor<2x10x16xf32>) {
    ^bb0(%in: f32, %in_44: f32, %out: f32):
      %81 = arith.addf %in, %in_44 : f32
      linalg.yield %81 : f32
    } -> tensor<2x10x16xf32>
    return %80 : tensor<2x10x16xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_16_torch.float32_6: "0x040000000CE1DDBDF77BB3BD3E091F3D5C7C983D551F8FBDA34185BD69650F3EB974BABD470E07BE4DEFE1BC763F2C3E1B8D1D3DA018C83C3250B4BCE13BE23DDD71B3BD",
      torch_tensor_16_32_torch.float32: "0x040000006E9B983D026B973DEE431CBE9C1A1FBE465A0CBE882E473B4AECE4BDD5B667BD13AAD8BCEF408D3D42E2273D61ED273E1C47233E0BF7E6BD6CFD11BAEF23EF3C94071E3E236860BD30488EBDED55E5BDD862053EFC224DBDB59787BD37DFF43D4291263ECC1BF4BB0934FFBDEA7D133E4EA377BD1FD6A6BD9785FEBDFA1DAEBD9DC40DBE50F9D0BDA9E624BE95F011BD1791913D986A09BE066F81B98B8185BD121EAF3DE3C81C3EC3F8BFBCC636B6BDBA160BBEA3B4D4BDD00E513D7C22263DF0F7C23D3A2ED7BC1107BA3D374621BE54A5423D7FBB2F3E902733BEB9F1BBBD1AC4E73DC86AE2BC79FBC0BDF3DDDC3D5C26423C38E1E23B52ED5BBD1B63083E63D2C83D60B6013D4B01DD3C2E35BB3DBE8DE13D3F8294BD73A99EBC71F19E3DAA6FAFBD1943293E07FFF7BDC90FA73D480702BE1B7A683D52DEFC3D0C93AE3C442591BCAE39E63DB4FA01BE4C41F4BD3A481ABE42DADEBDD257963B382AA4BD4650213DB578C33B98A7163EA1FB9CBD581546BD4073EF3D101637BD944E2D3E67CB8FBD50C3FDBAE58D2BBD71E8A83DB1B88A3DBBCBC0BDF68FEE3DBB0938BC5A1A37BD7AB169BB93F5FB3DBF91313E252AB03DDC66FD3C6247EC3D976497BDD733BDBD6F1A51BDF251EABD54AA9B3D558F893C53BB77BD210593BCD4B565BB26361B3E0197213E7D5B0BBE9FAF843DE5CC8B3D8E6E8A3DDF6DC5BC4715353D4C34363D972F303E747E2DBE886289BD9094F3BD3B9DAFBDFD290E3D2DCDDC3DADE308BE6879EB3DB134173E9073B2BD48C2FC3CCEDCB9BD74161B3D71D9A7BDAF088DBDCC5AF2BDB9F316BEBD74103ED5E0B6BC1EB3A0BBF62CB4BD9057FC3DA738CFBD516E92BD6C4E0DBE333718BE31B5203E48C80BBE11EEC7BC709751BD3D9C843D14AB413D8DC40ABE9F91223EB85134BE273B8F3C0EF871BC51CC27BDA3B7F63D70D6183E41A4BC3C4FBE7FBD2994063E3A75E33DD70C023D1D0B46BD6037F43B6957213E650B9D3CBDB00EBDCF4219BE9E02C2BD0CBD023E99FACBBBC3DF40BCB0F68C3DED31EEBD4AA743BC63A64BBD1B6DBD3D6051133EAC53E33DC2F5063EFFC621BE9F8780BD107CAB3CE8BF19BE216C443D4A4FEDBD59239B3D2782123E53DA1ABE0BAF173E80EDA83DCAEAEEBD85442D3E5CC71CBE47BBF3BD3618B4BD22AA12BCD005023DD47E54BD24942BBEA929A7BC9E57093EA05F0B3ED13BB53D8B41D23C32EA333DAE8C0BBE919A923D2C2834BED48295BD12493EBDA7ED043EBCDBA8BB78E9A4BD5801FD3C583416BE70B43FBDE788483D62D13FBCB21598BCE044DD3DE38109BE77CDB6BDB7382F3E5715103DE178EABCF187BB3DFDCBD93D01FDF1BCD8CD96BD41B6ECBC9375833D29E0B8BCECB4D23D5C9E13BEADA0B1BD8CFF093E61FBBD3C04CF113D4A256E3D34182BBD35C890BDF1B94F3D26E73FBDB28E95BDA753BF3C0D242F3D98C182BC55D8F4BDD4F6DABC622DCDBD098CBE3DFFE2EFBD5155103E1C32903D8B021BBEAA55063E3E0433BE1E6528BC9A0AE2BDF9B91BBEAD7B8F3CA189AFBDE5D8023E134D0EBE0C40163EB66ADA3D2D8C1E3E7A0854BDD5E9DDBD9D86F0BDC487163EBA11B4BDBF4EB2BCAB36DFBC2123F93C6C8A14BE87F6113E74F105BE130B323EF7A88DBD429FA1BD6E0DC7BC8E4B563D152906BD83AA34BEEFA6FE3D2B4C333EAFA8B63DD621313EF758453D39F462BC592E10BE38361EBE3443F9BD10B737BD51D1D23D105F95BD15FBE0BBD58023BB33A8ECBDA1CE9CBBACC82E3E37AE103E28DE093E85D38EBCD8764D3BF5EBC53DEDD870BD4DB992BDCCE01A3EAE5A253C6F73F4BD2087183E585CF03C26B6C13D95371DBE455E063DED70DD3D09EBD0BCD0C8CDBD8DD3103E4D64A83DA8384E3DF83D2B3D69B47F3BFD9DCF3DF8491EBDB61CD5BD683E8A3D402E413D81D8893D20D9A0BC2D2DC0BC1A3266BC3BED3E3D21E80ABE85B828BE3179873DAF37C6BD45A573BC25BC483D061ECB3C8064E93D44D4BD3C7F43333D2BA081BC09C3D53C34C0843DEFFCF63D9B842BBEDDCF96BD836F22BEBE5790BDFEB0DC3D23842BBE553222BEF4A0D13D19CCD5BD074D043E589D613D5FC1353DD4CD0F3E66AD27BE418F043E0CD16A3D089BF2BD3D2D303DCDCC49BD9E5191BD12D79CBC45B0AABD3A4A1E3EC1CD1B3E597C9ABC138620BEDE2E31BC455C3F3C88FEF13D525FBA3B65BD523D8A1F403DDA6BCDBD5991E0BD28CA21BEF4F3B5BAA144603DFFF04DBC97B52F3E77200ABD703DECBD5C5CF13C80E84BBDD086C6BC0F662F3E6234A6BBC1201E3E0265C13CB0AF86BD4CB7043E483ACEBDE7A8BF3BF6C0223DCE7EA23DEB0427BE9A140E3C577A3BBDD3BBEA3D859C733DA11A913DE7ADD93D6F1B22BDAC9039BC3239113E4DE611BE8E3FFABD30E1533CDB698FBDE2DF253CBEE71F3E18E0A7BCE5571ABE1D93A4BDFD3D263E75121FBDF6BE9EBD95F6A23DAD46B33CDE991FBE20C0163E79DFCB3DDD561D3E896D9E3D212074BD805F6CBDB373AF3D7D5D0CBD39F50D3DD5672FBEBBF6B2BD777A863DEAC80EBCE30CAEBDB4E51DBEE618E63D099511BD83DB31BE06A52E3E7B2DB03DAA8CD8BD141D04BEDAEB2E3ED47C413AF9BCD9BD7F55D03D1AD316BDEC67463C1E99BCBD8B5219BE2770F0BDFD029FBC6C0C03BE0C6A323EEEC6FA3A94998ABDC1158F3D707C20BE102EB9BD6BFB873D2DCE19BEEF70B43D2773733C6BEF16BE40A633BE59D8643DCB1FAB3D66BF10BD3C1120BEE1A8D0BD33EA993CC6BDD23BDA58393D0E08003D5BD017BCB20EBF3D5A972F3E61C1163EE77C243EE56074BD682377BDF52AA0BCE701563DA98B923D381581BCABD9E9BD3F9408BE4B452E3E22AC42BDCDBEC3BC",
      torch_tensor_32_torch.float32: "0x040000006852023D28C302BEE034B7BC50A6FFBC40DF71BE568C2D3ED00ECFBC3C4D5DBE5A8A4A3E38BF09BE4045B53DE0E07D3E409D3D3CE44D933DAC6ECB3D867B413EE0179DBD5A0E10BE2045A0BC8034483E4017B03C28DF313E00A0F3BA88179D3D606D0E3C4061DE3B569D73BED0CD5FBE2040AA3CF467FD3DFAF72B3EE0B8313C",
      torch_tensor_32_16_torch.float32: "0x04000000B0FC113EF613603EF8794A3E105C26BE10DD953D2C4ED4BDE672003EA022B8BC904BB13C460D31BE34CB64BE2CCEC03D70F66D3D20E5B13CB2DF2D3E50CCD5BD0CC0B53DB6FE0CBE382C543D18C769BD9C48333E16DE5F3E92575E3E6041383C20F6163E88C77FBE0A2B16BE3803373D00BFB63A8AFA48BEFC9DE2BDB821EFBD96A27DBEC051C33C80832E3E54CDCF3DA044F3BD6E136BBEF0884EBE80F4973B161B303E9058CFBD164D0BBE9A9008BEF04AB1BC921C73BEE2E761BE06017C3E582EF4BD40B138BDACFC88BDC8E560BE308634BD54BB9C3DC8E6CFBD20922EBC00BF9CBA68D97EBE160A3A3E32CA4E3ECE8A2E3ED423A8BDB4C6053E26DA6FBEF0527DBDF84350BD08D0B4BD400AD73DFC4BE9BD005FEDBC7CD793BDBE6770BEA01A29BD34F458BE5046153E90D2083E9AD16F3E58EEABBD604A503C9097483D408B7F3E2EA76A3E787D04BEC2D459BED4BA66BE008FF6BDCA3D573E7CF4AB3D9E00773EA6C03D3E80876D3B9AA91EBEF2FB793E185B4D3EB4AADD3DECD70BBEE8AB493E9066BA3CA046293E18B1D53D2AF0073E44A260BE7AF20DBEA08A193E005655BDFEB65EBE64CE683E0028B1BBD6824E3E0A1848BE4847B03DB8DAC0BD1C75D7BD509355BDC483BDBD1E470C3E208F42BD8E1A423ED8A8693D40391EBD8EDD13BE8C696ABEA05C95BD68106DBE98B73DBD80E4853B20FB83BCC880FBBD28AE313E8E2C103E484A7CBD504BCABDD6F1203EEAB95E3E4A676ABEA03E5DBD100FBEBC0C60B9BDAE8C5A3EA84117BD9A0C593E00FEA13A3026DEBC425315BE483EAABD48FBA43D107AE23D80BC11BC82ED733E9E2F31BEC44EC43DAE92663E380E32BDA03D4B3E400A873B4CB43FBE20720CBE0893BE3D4491DDBD8848763D28F87B3E98EAAD3D00ACBFBC30F47F3D287E13BED41A57BE626F40BE6CCF56BE1025523D4075473D6895D9BD14687ABE2AAD0A3EBC4111BE58F42ABDC0A656BEAC6C10BEFC95D53DA8856EBE3AFB11BE52EE3F3E0E4A03BE6412D5BD94C18FBDECDBDA3DA0ED27BEF057CD3C281AD13DC0AB94BC8828393DFA4943BE9479E73D7859BF3D487100BDC6AD53BE98C9CC3DF60C273E101B33BD2C53F13D08C7BD3D8CC8CCBD402C8EBC0ED57E3E00B39A3A18CE4BBE705B95BC5CB7FE3D0021A7BD201006BE22E3523E506D073E68F82DBDA042513C209AD8BCD0BC6D3DE091113C20EA1ABE88B83D3D8042D63B1069843CF41DC3BD9C2F833D6E034FBE740C993D86B90A3E9063E1BC60DC46BE003C6EBA0010BA39863C5DBE4C1135BEC8C86C3E0C713F3E40E00D3EA258313EDC19C53DEC12103EEA8D293ED8366FBD482C02BD368A363E00D0BCB8649326BE8A8046BEAC2C0F3EBE0C543E10D0463EC0692A3D3AB6303EC80A6BBE427038BEBC5476BE74414E3E804014BB08C2EBBD443FAD3D90A8BFBD222F24BE407AC53D407E3B3D8A5337BE129E28BEB00FF03D0EA8423EC0B8A63CC09500BE503BF73D5897323D6A1F60BE46E625BE4021603D00681E3EB07CA4BDB491F73D488B1EBE9AF9743E4A69363E78CD3F3DF4C8E33D9C41B23D9C1017BE00DE0EBBB887883DA02167BD727D753E2472C5BD36A064BE40C0F3BDF8966DBED2F4523E70D7E5BD601D34BEE062DDBCB67E2CBE44BA05BEEA82023E243440BE8C74F13D60AF3A3E000013BAC458E33D8E660FBE12A2473E64B0783E0857733D6049693E1E407EBE40DFE0BC30764B3D08835EBECC27F93D7021C3BD742EB9BD341D4BBE9050D13DC4453ABE704C59BD4C72E33D4CDB403E608D673D74FFBEBDC8B3DEBD3AB00F3E98FD3D3D7880573EE0CFC03DA23A4E3E7A494EBE3ACE4D3E943DEBBDF40D89BD0021C43A580840BD988D4A3DEC1E643ECAF418BE90339E3D90BF4DBEA8C8203D4EE5523ED49D2C3E943A5B3E3A940A3EF070A9BC74AE853D0CF1D5BD744C593E302E003E1C5F3BBE205A5D3E002073BB801336BC78208CBD141687BDA0014D3CFCF3F9BD0A226EBEFCDD03BEF0C54BBD2651413EE8533C3E0C6219BE80461DBC88C593BDB2F308BE581134BDCCA6B1BD62170F3E98EBFDBD988B1D3DE87610BE3CCC9FBD8087493EFC5BFBBD804B76BC147E743EA83DAF3DC04D02BE04B419BE908BB3BD1855A0BD08EBDE3D20A963BD82E8573E66760CBEB41AA0BDBC68BA3DA2744C3E48E3743E38E6233DA0A62C3CE864E5BD12A5103EE26314BEB89386BDC6F655BE961A76BE78170F3EA0228B3CA4134C3E04B54B3E3A56063E44E6CC3D74DF84BDF0F6073E4C34F63D403EB13D407AECBB60F4183D0063913A26C939BEC0B56D3D7C323CBE506CF83DFA8618BEBC3EA7BD50D1F2BD4C104A3EAC4734BE94B7023E4A64003ED402353EA048803DDE8E0B3E365E4A3E20B4493DCC16AE3DD42C48BE6C5589BD30B2B93CE021F83CE4E3B4BD50C87DBEA02685BDBC03C43D1E6F5C3EEC2C67BE4C72F43D66E972BE32D074BE905120BED84007BD9CFF8E3DDCB042BE8E3B453E7880673E00037C3C4061503E50CAE7BD648BCABD602404BD80C6DF3C049532BE22FD4CBED041CA3D909F933DD46F7A3EC0BFD0BDD0CEB43D989CCEBDA0BFFC3D00E662BC5CC63D3EC0390E3EBC14553EA88E033EE0E2193C1E9D5C3EA85E16BEA674713EEE287A3E6E8C743E782AEFBDCAA407BED092813C886F9F3DA26A003E5C3BD03D36FB593ECC4680BD40F9A7BD5C9FAB3D78AD8E3DF65415BE9017C63C325E42BE7C3496BD3CF2C8BDC467603EC87166BE182617BE7E877ABE1021813D560A45BE20A7A53D08D231BE1CFD23BEBEC802BEB0AB193DC63B6B3E60CC6F3ED0B99ABC4EC07ABEEC26A9BDFC20C3BDE8CC59BD1CA1C33D02D4003E0402E33D1C43923D9C45CFBD00CE2DBB",
      torch_tensor_16_torch.float32_5: "0x0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_16_torch.float32_4: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_16_torch.float32_3: "0x04000000408BA53C9C55A13DA008E4BC38C87A3D66557D3E34A525BEE0A05FBC3471C3BD3A9F603E6E255B3EC063DFBBD479B1BD7A2C1EBE9A2D373E60088DBC6E1A713E",
      torch_tensor_16_16_torch.float32: "0x0400000068DD24BDE8A068BE34F02ABE7048863C986671BE80ED0FBDC64C25BE007831BE5C3BC93D620A45BE6C0142BEF8FD113E18743F3D7A24693EF4DA88BDC04DF7BD0089BDBC00C9A53AA83C433E18FF7EBEB0D191BCFC7BE23D90F90CBE841502BEE06EF73DA04B75BE88A4723D163146BEE47EFE3DEEE35ABED8631D3E845672BE622F57BE0073713B9CB9493EBE3C5BBEF061E4BD20D7603EE0B82BBD1C1DD43D844576BEA403A1BD4A0102BEDCD2573E1C80D43D06CC3ABEB018253D004F3CBB885DD2BD143212BEC0E6A9BD36C9493EA28337BE225C36BE38F69DBDC0828E3B5C5F8B3D80D3F53BC88076BDC4391BBE30BD37BD781BCEBD6CD44E3E5E3179BEBA4A23BE724750BE98243BBD767E473EE064603EB6DC5EBE807731BC6A43163E34B0E13DCAB0513E403BE3BB2A012CBE105A293E8092AFBDA28D043ED8597CBDF0A5D93DC840663E020B6E3E06FA68BEC65629BEECB1D3BD604023BECCA1753E80E0B4BCB0D029BEA8D5E3BDC4670DBEFCE3D03DDA4B5FBEF8B16EBED85A7CBEA86DDC3D2829FD3D0AFF1EBE18EE7D3DACF93C3EE0C9143DD8A858BDA04F973C309ADBBC52E5003EB0D32DBE78D1013EA249103E9A1A1BBE500A513E76707B3E58D8C9BD88688FBD7428FF3D3E8E48BE7879CA3D70E76E3D4A5D213E045D5EBE50AE54BE40F4E53D8C6DB83DB2466EBEC6C20EBE083C6ABE7E6737BEA403E7BD90D9533E00D44BBDAE08133E4A1E733EBC55E93D822C65BE34D3003E644BC33DB26A463EF4867CBEB0711D3EEE8B513E622C6EBE5046D63C528A5A3EDE303ABE40FFA73DC03DE23DAC30863DDC887E3E8A9B513EECA25B3ED046FFBCDEB5563ED4916EBE26250ABEA8035BBDD41798BD42776C3E1C7EF13DEED0243E34222E3EA03B3FBE9033EDBC7887153DD82A853DC0A4033E70BACBBDB8629ABDAE34563EAC6989BD04D431BE04942D3E105A2D3ED88BA0BDD8B74CBDB4E53CBEB4C855BE9089C03DFCB8DABDEACC4B3E8AFB4CBEE08A0DBD40E1B03B0A92033E4C304F3E465D2D3E6061E13D3C01EBBD62D236BE580565BE402E4B3C124A783E488042BD806F2CBC9E083ABE60309D3DBC4C223EFC647CBE5A4134BE069F3D3E6872723DA05E7FBC680C373DE0B01BBD5EEF32BECC366FBE8C5F283E1095F3BC7826BEBDAC2784BDD8A00BBE58A597BD0CC15BBE72933F3E4412D13D361B01BE9CC0AEBDD0B3E53DAC98BDBDDC02873D90F98C3D782621BEBC41803D409C7A3C16965F3E7840B9BD7C9E83BDDC915C3EDA0C51BE00F7933C16A8763E7C90E5BD326C753EC228633EBE2A6E3E306DC3BC0C96673E9C16DFBDA042AFBDB4A7C13D3051583D66200D3E2048733ED24020BEB4DD073E0C4CAB3DB40E073EB8C6F23D1886BFBDC6544ABE04E64C3EF6FA11BEF2AA233E72E073BE882731BD00A72D3B182D313D",
      torch_tensor_48_torch.float32: "0x0400000054DAFD3D107F22BE246E7A3E4E8D7EBEE63B75BE10F971BDB81C513EC00ECD3CA4A1C43D56A63BBE18B8BA3DC0D9E4BCC038CD3D50CC343E688EDE3D2036AEBC604F7CBCE28E20BE0431B9BDCA5B263E6C4FCDBD76FC1E3E3C06CBBD087D6EBD0058AE3B20EC6ABE009823BB006ECEBC20FCB7BCB0B34CBD18D3493EBAEC3C3E80812DBE74D6ED3D4CCD48BE32F059BE58829C3D80C9703BECD9EEBDB8E976BEB436C6BDFC01AB3D38F46CBEF6B178BEE0EA013D686C38BECC4660BE3C44C5BD",
      torch_tensor_48_16_torch.float32: "0x040000001018493DCA133EBE987E2A3D6413DA3D5CAACA3D58E600BD9ADD51BE90DA1DBD50D2B13D2CD1BABD7458C23D867C2A3EBAAB05BE8093213B24B6D33D9084A03C9012AB3C70B9FF3CFA4049BEE0F2A03CB445313E64AF663ED876163E1838093D7C1CEF3DDC13F9BDEC2454BECA235CBE5A637F3E8E81223EB2F430BEF450C83DAA52413EC2E67F3E58D85F3E4456463EF0C26ABDA0AEB3BD4230523E0A750F3E300E1ABEFE25663E9060F73D008E0B3E6A7420BE88E4923DEC7CB3BDFC06483E584238BDF853C73D80E2353DF8D6D93DE0FDADBDF4A2F93DFECE32BE8846673D20352DBEBA8D7CBE10954DBEB61A4A3E50810A3EE82E703E48164D3EA09E64BECEB32EBEE87525BD324126BEF8C3313EBA8941BE38CEF9BDC45177BEC65711BEE28D523E429A513E2441373E22AA453EBAA1633EB01A83BDF447E13D0414643E1461A93DCAEA7F3E18C7043E58241F3E2C32B3BDF4ABF53D2054EB3C888C74BD4A4F10BE56A50FBEB2FC44BE4EDC2B3E96FF353EA016E9BCC42414BE22DD453E8CB5233E703C983CB8BBF1BDB8466B3EAC60D13D5A5742BE6203753E5266423E8C9EBABD5CE90F3ED67411BEB87920BDB25E593E403E293C400C35BE9420ABBDDCFA8ABD208F45BDB0FEC33CA2C16C3E204D5B3C8C101EBE00F0513C587FF53DFCF8FD3DE0F769BEB03C37BDB83E3EBE8876DABD6078B83D18CB35BEFC52BE3D8649593E3053863CF09E2ABE2071B7BDD89A5F3D462743BEEC5DFE3D246A68BE521776BEC0BE78BE68BB4FBD90242C3E724C72BEAEC8543ECCCFCCBDE8F4953D20CA3A3C10D766BEE84E543E6ED7093E80767E3E9655013E48FA28BE48A7553E20235C3C80CCF23DAC444DBEC84393BD545C7BBE906BC7BDA0E85C3D5C0049BE1035A33D2C6C093E18A70E3D0C492BBE5A7B46BEE4F59DBD20BFE03D7A847C3E1A35133EB09FE6BC0084B33DF0267BBE62A65ABE3CE7EE3D960011BE2C52F63DF8B734BE6499FDBD48DD52BE5A97053E60AED0BC9404453E686E1E3EDCA70D3E20B6033C944C9EBD68A65EBD1817083DA4CDFD3DDC5933BEEADA563EE0ADDEBC9A8356BEC4820ABE6A83623E741E6A3EAA206DBE6E8E343EF84B003EF887173E24B6583EA6F809BE5CADA13D0487D13DE84A97BDA857AB3D2C4F93BD60461E3E880E8EBD14DFBEBD40E5803D689AB53D1026FABD300AB53C745C143EF0C4CBBCA8D19B3DB8F976BDB074B33DE67139BE0E8916BE74F101BE4C446B3E64C589BD00F032BACC0FF8BDF08F7F3E0E077A3E601241BE10884FBED40B42BE00089EBAC48282BD4E9027BEE0A3B7BD1877413DF4C105BE88E6623DC8D16ABDB018F8BDC8AE0C3D847F523E88132DBE00323E3C20CFBCBDE4367B3E26E272BED26A75BE30427C3EF8F721BE2053443D40C1B0BC78B657BD48B564BD3CAC223EC0C6433CCE3E79BED82117BE7C8AAEBDCAD2003E8EAA25BE2E63713E281364BD18DF37BD4297483EE6AA003E6A1E593EEE14143E34519BBD54D929BEA06098BC0EE0533E5CD6ABBD1E686DBE24E2D13D6C35793E00C291BD5AF953BE103568BE904E803DF0129BBCD84601BEA8FB4E3DC06FC23D069A4B3EFCC0463EB04619BD7EBB61BED85367BE48066F3E1055E23D402FDF3D207F5DBE5E0F6D3E1485723EDA21673E30F557BE8830C1BD4A1130BE566C723E04FFDBBD84C1E9BD281F063EE8D8ECBDDC2BFCBD4024B3BC50DAC4BC226B47BE466B553EB4DAE1BD309DB53D24AA5E3EE21A013E50FA103DC4D1593E08A7093D54E1ECBD062D723E605C723D38C679BE18C391BDFE602EBEE272603E001C29BDB25969BE80BE80BC74C5203E9004853D8CE5A13D5034BE3C18E2BE3DE87F79BD78ACCBBD0E496FBEB0DA40BEF0E6DD3DBE9417BEE0E8123D106DA33DA001913C40FA25BEF0D1743E26DD14BE668F523E6EA64BBE585276BD8A410B3E7C31D1BD0E0D573E062B30BE44FB56BEE0DEE6BDB087253DA8B66B3EE46DF4BD0C1BB73DAC5C80BD28115EBDD83C3C3E7A6546BE6086D93CA8BE703EC8B50CBDA6C4463E84AC9DBD00124E3EF6A277BE289513BDA8DC33BD78EEA53D24DFC83DA68F443EC88F18BD606D22BCCA4F2F3E90888ABD106B603EAA722ABE209DDDBC00005CBCA075E43D66052F3ED04E22BD4E1754BE28B1FD3DCC27993D88ABCD3D0AEB1DBEAEC2243EC078723E30B5B13CCC1D6FBE9CB5333EC0CF3DBE98636B3D30CE143D7CA2EFBDB046B23D8AF964BEC839693D9C4A22BE3075DDBC48B7033D08195A3E1C49F4BDBA00243E281502BDBC29F3BDBAEC5EBE7CE26ABE28037A3E98627FBD20974C3C3CCF8A3DEE022E3E487D5A3ED29E4F3E84AA3DBEE00F24BD1E7C17BE1C4412BE68E6723D3C4B703E26154DBEAEEE1A3E3CBA04BEE87247BD92344B3E309967BD707BBA3CCCF332BEECEA593E505F04BD683C3BBE3CEB953D3C0536BE4C234BBE6086793CCCF74A3E48E390BD40FBF03D7AFC5B3E78CB293EA24906BE6080E0BC601EA1BD00DB4DBE00A0D838969F403E1AAF573E7014BF3CF092683DE8A7DDBD5A3D413E2C0CD5BDC4D431BE78B01D3D5271193EB4CE66BE6A6A673EAC2EB83D5C5B33BEC8935CBDB8195E3E7E6944BE5CA595BD08EDA73D1C4760BEB8560C3E9C42053ECAC51E3E4A3623BEECF97E3E38BF17BE3E937F3E46AE75BE9C1664BEF83B1D3EE00AD63CA04B6C3C1CC30DBE7CC5D6BDD0B395BD406279BE20DD543C801A353D00F05DB92057A53DE6E7723EF421883DD86DBBBD40B6D2BD4CCA23BECA7631BE40EA24BD401C35BD04C5E33D00D9DABD8A154C3E50A133BE00443A3A9E1F663E06907E3E884A14BE7067363D50EAF13C540DF0BDB4E4B0BD60AD8A3D740332BEA0F4283D188EDD3D90C3C9BDE6A4543EA0C786BC084DE83DB8847D3E90809CBDCC1C0B3E6C7292BD289415BDD8892DBD0093CBBADC6AC1BD2003703DC0561A3C9A46223E58434FBDB05FCD3C8475BEBD5E6356BE8C30CF3D6807033D340CCDBD181CADBD20E6853D102839BD324A273EA002683CB466C13D9413DF3D50417BBD4086DD3D32E93C3EC07D3C3CB863483DA0D4143CFE3E313EFC29D8BDF61408BE181BDF3DE8CC5EBE8056833BD876EBBDF6F7283E94586EBE9C381B3E7C467D3E40324F3D907388BC5AFE7B3EECCDDABD101DA4BC1435E0BDB05A0DBD188E5E3D50C4083D706841BD8EF57FBE60BB513CC0A9F2BB180C1A3DFA28443E9CD5783E5CE117BE60677FBC1825CDBDF8F06BBEDE473ABE8A45703E7E43153EBC82093E30450E3EFA624BBE5014D73C50436E3EB8DE0EBE74BC633EC492863D6E1B343EA055DBBD840AEC3DDCF062BEF00982BC38C7AA3DC48B993D0E39563E6A8F7B3ED6E5683E5CE02B3EE0FB333E602004BD02AB46BE7C11BEBDF0EAE5BCC6560ABE18DC023ED8B9B33D7039253DB05B773D40E2603E887CBA3D1A7F60BE52D339BEF0A9E13DC88C0B3DB8B2F93D1CAC7FBE2A416CBE68FC1C3ED2BF233E249B67BE0059C23D68E547BEECDE413E24A9A03D24217D3EF8697CBEF27176BE06152D3E6048633E98D81C3E4A322A3E189F57BEDA4B393EA0B371BE68C3643D5CB027BE345DCBBD8851353DE44EC9BD300522BD9EA472BE246071BE7454C63DF4B7D8BD6CBF1BBEB006CABD2C4C51BE7EA54CBEEE2E193E281C023E8066083DACD70BBEC857AA3D8003383CCCF436BEB85A5C3D6819693EA0CD7BBE7C907EBE3033033D12C6403EFCC51BBEA06B613DD8F6333EA4DB9D3DC89A5D3DF86A7F3EEAC6263E38FB0FBEA005B13C88C8023ED2C4613EECB37EBE18A00A3E60A694BD3EAE7ABE284D633DB25E0BBE001D113D0C3526BEBEA540BE60C6ADBC74FEABBDB2B9153E2093B03CB0D2473E90E63F3DB0A3A4BDBC652D3E80D35F3C4032403DB8ABA4BD00326B3A40E344BD901DAEBC2CA647BE0085C9BAC87D54BE404B5CBD245D143E7A0232BEA88E2CBE68097ABD4C5B8CBDB0592D3D00002A3D14D1013E7A5A30BEA08790BCB62D0F3EC66E5D3E706495BC742014BE4C2E933D44C9113E9CEF1FBE1C8E14BE984DE23DC07E8FBCAACA71BE149B13BE00A2CF3D70A8ADBDDAB2303ED2604A3E10F6143DF0F1A1BCD085A2BD201E4FBCB0633A3DBE8B43BE48BB74BDE8F054BE0A1F1D3EB40723BE02DE693ED8FB83BDF4A712BEF4FDF53D30A8183DCC44313E98BED53D6A9D76BEE4EA213E58D540BD084AE2BDE492223E64B53A3E9A0161BEE02FB9BC983A523E744AC63D12AC573E3476AFBD70380DBE0A235C3ED069D53D6AC1753E54DCD5BD7E5E24BE500DF0BC620B71BEF8B0C83D98D23C3E78D1753D405BCABC",
      torch_tensor_16_torch.float32_2: "0x0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_16_torch.float32_1: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_16_6_3_torch.float32: "0x040000002E4CE7BABE79013E42A646BE27A031BEC9EBB9BDC771813DE50699BB015F3F3E7D5AABBC74777F3D3EE291BD7AC53DBD029566BE0BD91FBED4FCC6BD880D0F3CE4D5BE3D2BD2103E94A023BEB234D2BDDF54AF3DF56B483EDFAF46BDA39C343EBF9C1BBD4750CC3C818B5A3ED6E65FBED9F117BE3B6A74BDDE29BCBDD388503EAE711CBE0936DEBD8D9F28BE2B0C62BE1EE40CBEC9784F3ED265D73DD5F5E93D62184B3C4F7BF7BD4A56233D115B61BEE0652EBE11DBF8BD5A48183E94830D3E4915D6BD4C570BBC225D1A3E6EF16F3E0F95BF3D6F6C023DF7D3213EE11C0EBE40E7333D86203BBE5C4827BE435DF9BDC06ADA3D5221C23D3DF80EBE25D5913DD97F043EAEB5F3BC8A72133C39B25F3DCABB153E69C0673E3DFF39BED1E6B0BD8AB6BD3D5BFA473E5008523E00F7543ECA22403DB7E151BE36A0B13CDDFE16BE85EF60BE1D72563E0F85373E31C370BEE6B3343D2FA322BD93DF1EBDB4F7DCBDDDA1B93D36F50EBED8F5B03D511DF43D3AC82C3E657EB43DB2E16EBEA4911CBE4907F13D31114A3DC7473CBEB2FA0ABEF40E633ED0A1223E2F7AD2BD55FC72BD11EB65BEB7D28ABBF4C135BE892C3ABEDAC754BC9CF4103D0FB0C5BD93370F3E60E012BE86005B3E4367253EB6884BBE314870BD8A402E3CB5DB0C3D08FA643DAA6EBD3DB851673C3888EBBDBE6AE43D028667BE1F0E0FBE75AD71BD7523EBBDF6DEA8BDBBD245BEEB5C4DBD475E4E3DB93C1DBEAD2E46BCF2C62C3E857EC6BC27A7D63B0493A6BCE862433D3577193E63A0643ECB46193E4D26653ED8A48BBC6ED158BE81D8E4BDBA57243E0345C8BAEFEEEFBDD2F438BE5DE061BE86B54BBE74D343BDE05C043E187D023E41C668BE348E163EA4DD3CBE6B1A4CBDA2BAC3BD33F539BD718E3DBD669558BE0B6650BE2D1217BD60C3473B6A49DBBDEED6B53DBF3C59BE2D4F82BC8341543E9BE5C4BDB2F2593E77D1AE3D32D159BE10B5183EE3CFDEBC1D7DD7BDED00413E890A43BE3331CF3CD7214ABD8B5B2C3E87BF863DDDF2E73DEC79AA3DBD2968BD5B094BBD4AE646BE6EC7023E44A23F3ED724253EDE3F2ABEC33B2C3C6C242ABE48DD04BE2BA40CBE70F7A43D3ED40FBE4981A8BBD774223CED951B3EBD7236BE2CB225BEE0250CBE70EF283E3385ADBD6C954B3EF78DAE3DAE7FF43CB6F9E5BA56D93EBD7342F23CC9735CBD0D13D9BAAF5DF63CD6CA3CBEFF01FDBD4FE5423ECBDF43BE0DA68ABC04C36E3E2E60AE3DF0ACDA3B092A51BEC120EF3D5BEA2BBEC60689BDB9F5A1BD0EF80EBDAAF6283B2713473E440CF13C022F583E73A4133E329718BE4880D83DA69D2ABE8F96CCBD78FA8D3DC6639F3D0A13353E08659BBDEED3C539C483F83DA06A69BE7A7F2E3ED49547BEE8E5543BF02324BD113CFEBD9A34FF3C9995473EA41B8DBD224B0FBE2887B2BD02396FBE66E5D93D01D5E7BD941121BE1E0C0BBE59C50A3E87A2FF3D973F393ED317AF3D5C35A1BD0CE586BD039C8E3DD467463E503F833D5965E4BD39EAE2BD943264BEA394503D4F7207BEA13057BE63A4533EC7BD1CBEBAA8DBBCB04B8A3DB90EF63BF96722BE871843BE1362403EDE351D3DC93C483EA6D3A1BDF12F8E3D",
      torch_tensor_16_torch.float32: "0x04000000B8C55CBD7BBC2BBC95FF12BE7941A33D7A9E983D19539FBBF52059BDEDC714BE1FE9263E6DAC33BEC4C0C53DD250A2BD67E5E8BD976F2D3D59C0FABDF6705E3D"
    }
  }
#-}
