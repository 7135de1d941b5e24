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
  func.func @embed(%arg0: tensor<1x6xi64>, %arg1: tensor<1x6xi64>) -> tensor<1x8xf32> {
    %c1_i64 = arith.constant 1 : i64
    %c0_i64 = arith.constant 0 : i64
    %c6_i64 = arith.constant 6 : i64
    %c32 = arith.constant 32 : index
    %c24 = arith.constant 24 : index
    %c2 = arith.constant 2 : index
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 1.000000e+00 : f32
    %cst_2 = arith.constant 5.000000e-01 : f32
    %cst_3 = arith.constant dense<-3.40282347E+38> : tensor<f32>
    %cst_4 = arith.constant dense<0.000000e+00> : tensor<f32>
    %cst_5 = arith.constant dense<true> : tensor<i1>
    %cst_6 = arith.constant 1.000000e-09 : f64
    %cst_7 = arith.constant dense_resource<torch_tensor_8_torch.float32_10> : tensor<8xf32>
    %cst_8 = arith.constant dense_resource<torch_tensor_8_torch.float32_9> : tensor<8xf32>
    %cst_9 = arith.constant dense_resource<torch_tensor_8_torch.float32_8> : tensor<8xf32>
    %cst_10 = arith.constant dense_resource<torch_tensor_8_12_torch.float32> : tensor<8x12xf32>
    %cst_11 = arith.constant dense_resource<torch_tensor_12_torch.float32> : tensor<12xf32>
    %cst_12 = arith.constant dense_resource<torch_tensor_12_8_torch.float32> : tensor<12x8xf32>
    %cst_13 = arith.constant dense_resource<torch_tensor_8_torch.float32_7> : tensor<8xf32>
    %cst_14 = arith.constant dense_resource<torch_tensor_8_torch.float32_6> : tensor<8xf32>
    %cst_15 = arith.constant dense_resource<torch_tensor_8_torch.float32_5> : tensor<8xf32>
    %cst_16 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_3> : tensor<8x8xf32>
    %cst_17 = arith.constant dense_resource<torch_tensor_8_torch.float32_4> : tensor<8xf32>
    %cst_18 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_2> : tensor<8x8xf32>
    %cst_19 = arith.constant dense_resource<torch_tensor_8_torch.float32_3> : tensor<8xf32>
    %cst_20 = arith.constant dense_resource<torch_tensor_8_8_torch.float32_1> : tensor<8x8xf32>
    %cst_21 = arith.constant dense_resource<torch_tensor_8_torch.float32_2> : tensor<8xf32>
    %cst_22 = arith.constant dense_resource<torch_tensor_8_8_torch.float32> : tensor<8x8xf32>
    %cst_23 = arith.constant 9.9999999999999998E-13 : f64
    %cst_24 = arith.constant dense_resource<torch_tensor_8_torch.float32_1> : tensor<8xf32>
    %cst_25 = arith.constant dense_resource<torch_tensor_8_torch.float32> : tensor<8xf32>
    %cst_26 = arith.constant dense_resource<torch_tensor_32_8_torch.float32> : tensor<32x8xf32>
    %cst_27 = arith.constant dense_resource<torch_tensor_2_8_torch.float32> : tensor<2x8xf32>
    %cst_28 = arith.constant dense_resource<torch_tensor_24_8_torch.float32> : tensor<24x8xf32>
    %c0 = arith.constant 0 : index
    %cst_29 = arith.constant 8.000000e+00 : f32
    %cst_30 = arith.constant 1.41421354 : f32
    %cst_31 = arith.constant 2.000000e+00 : f32
    %cst_32 = arith.constant dense_resource<torch_tensor_1_32_torch.int64_1> : tensor<1x32xi64>
    %cst_33 = arith.constant dense_resource<torch_tensor_1_32_torch.int64> : tensor<1x32xi64>
    %extracted_slice = tensor.extract_slice %cst_33[0, 0] [1, 6] [1, 1] : tensor<1x32xi64> to tensor<1x6xi64>
    %0 = tensor.empty() : tensor<1x6xi64>
    %1 = linalg.fill ins(%c0_i64 : i64) outs(%0 : tensor<1x6xi64>) -> tensor<1x6xi64>
    %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice : tensor<1x6xi64>) outs(%1 : tensor<1x6xi64>) {
    ^bb0(%in: i64, %out: i64):
      %126 = arith.index_cast %in : i64 to index
      %127 = arith.cmpi slt, %126, %c32 : index
      cf.assert %127, "index must be smaller than dim size"
      %128 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %128, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_32[%c0, %126] : tensor<1x32xi64>
      linalg.yield %extracted : i64
    } -> tensor<1x6xi64>
    %3 = tensor.empty() : tensor<1x6x8xf32>
    %4 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0 : tensor<1x6xi64>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %126 = arith.index_cast %in : i64 to index
      %127 = linalg.index 2 : index
      %128 = arith.cmpi slt, %126, %c24 : index
      cf.assert %128, "index must be smaller than dim size"
      %129 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %129, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_28[%126, %127] : tensor<24x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x6x8xf32>
    %5 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<1x6xi64>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %126 = arith.index_cast %in : i64 to index
      %127 = linalg.index 2 : index
      %128 = arith.cmpi slt, %126, %c2 : index
      cf.assert %128, "index must be smaller than dim size"
      %129 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %129, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_27[%126, %127] : tensor<2x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x6x8xf32>
    %6 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%4, %5 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %7 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%extracted_slice : tensor<1x6xi64>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: i64, %out: f32):
      %126 = arith.index_cast %in : i64 to index
      %127 = linalg.index 2 : index
      %128 = arith.cmpi slt, %126, %c32 : index
      cf.assert %128, "index must be smaller than dim size"
      %129 = arith.cmpi sge, %in, %c0_i64 : i64
      cf.assert %129, "index must be larger or equal to 0"
      %extracted = tensor.extract %cst_26[%126, %127] : tensor<32x8xf32>
      linalg.yield %extracted : f32
    } -> tensor<1x6x8xf32>
    %8 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %7 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %9 = tensor.empty() : tensor<1x6x1xf32>
    %10 = linalg.fill ins(%cst : f32) outs(%9 : tensor<1x6x1xf32>) -> tensor<1x6x1xf32>
    %11 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%8 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %12 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed = tensor.collapse_shape %12 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %13 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %14 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %13 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.subf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %15 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %14 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %16 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%15 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %17 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%16 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %18 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.truncf %cst_23 : f64 to f32
      %127 = arith.addf %in, %126 : f32
      linalg.yield %127 : f32
    } -> tensor<1x6x1xf32>
    %19 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%18 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.rsqrt %in : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed_34 = tensor.collapse_shape %19 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %20 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_34 : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %21 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %20 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %22 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%21, %cst_25 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %23 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%22, %cst_24 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %24 = tensor.empty() : tensor<1x6xi1>
    %25 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg1 : tensor<1x6xi64>) outs(%24 : tensor<1x6xi1>) {
    ^bb0(%in: i64, %out: i1):
      %126 = arith.cmpi ne, %in, %c0_i64 : i64
      linalg.yield %126 : i1
    } -> tensor<1x6xi1>
    %26 = tensor.empty() : tensor<1xi64>
    %27 = linalg.generic {indexing_maps = [#map5], iterator_types = ["parallel"]} outs(%26 : tensor<1xi64>) {
    ^bb0(%out: i64):
      linalg.yield %c0_i64 : i64
    } -> tensor<1xi64>
    %28 = tensor.empty() : tensor<6xi64>
    %29 = linalg.generic {indexing_maps = [#map5], iterator_types = ["parallel"]} outs(%28 : tensor<6xi64>) {
    ^bb0(%out: i64):
      %126 = linalg.index 0 : index
      %127 = arith.index_cast %126 : index to i64
      linalg.yield %127 : i64
    } -> tensor<6xi64>
    %expanded = tensor.expand_shape %27 [[0, 1, 2, 3]] output_shape [1, 1, 1, 1] : tensor<1xi64> into tensor<1x1x1x1xi64>
    %expanded_35 = tensor.expand_shape %29 [[0, 1, 2, 3]] output_shape [1, 1, 6, 1] : tensor<6xi64> into tensor<1x1x6x1xi64>
    %expanded_36 = tensor.expand_shape %29 [[0, 1, 2, 3]] output_shape [1, 1, 1, 6] : tensor<6xi64> into tensor<1x1x1x6xi64>
    %30 = tensor.empty() : tensor<1x1x6x1xi1>
    %31 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_35 : tensor<1x1x6x1xi64>) outs(%30 : tensor<1x1x6x1xi1>) {
    ^bb0(%in: i64, %out: i1):
      %126 = arith.cmpi sge, %in, %c0_i64 : i64
      linalg.yield %126 : i1
    } -> tensor<1x1x6x1xi1>
    %32 = linalg.generic {indexing_maps = [#map7, #map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_5, %31 : tensor<i1>, tensor<1x1x6x1xi1>) outs(%30 : tensor<1x1x6x1xi1>) {
    ^bb0(%in: i1, %in_69: i1, %out: i1):
      %126 = arith.andi %in, %in_69 : i1
      linalg.yield %126 : i1
    } -> tensor<1x1x6x1xi1>
    %33 = tensor.empty() : tensor<1x1x1x6xi1>
    %34 = linalg.generic {indexing_maps = [#map8, #map9, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded, %expanded_36 : tensor<1x1x1x1xi64>, tensor<1x1x1x6xi64>) outs(%33 : tensor<1x1x1x6xi1>) {
    ^bb0(%in: i64, %in_69: i64, %out: i1):
      %126 = arith.cmpi slt, %in, %c0_i64 : i64
      %127 = arith.addi %in, %c1_i64 : i64
      %128 = arith.select %126, %127, %in : i64
      %129 = arith.index_cast %128 : i64 to index
      %130 = arith.cmpi slt, %in_69, %c0_i64 : i64
      %131 = arith.addi %in_69, %c6_i64 : i64
      %132 = arith.select %130, %131, %in_69 : i64
      %133 = arith.index_cast %132 : i64 to index
      %extracted = tensor.extract %25[%129, %133] : tensor<1x6xi1>
      linalg.yield %extracted : i1
    } -> tensor<1x1x1x6xi1>
    %35 = tensor.empty() : tensor<1x1x6x6xi1>
    %36 = linalg.generic {indexing_maps = [#map10, #map11, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%32, %34 : tensor<1x1x6x1xi1>, tensor<1x1x1x6xi1>) outs(%35 : tensor<1x1x6x6xi1>) {
    ^bb0(%in: i1, %in_69: i1, %out: i1):
      %126 = arith.andi %in, %in_69 : i1
      linalg.yield %126 : i1
    } -> tensor<1x1x6x6xi1>
    %37 = tensor.empty() : tensor<1x1x6x6xf32>
    %38 = linalg.generic {indexing_maps = [#map6, #map7, #map7, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%36, %cst_4, %cst_3 : tensor<1x1x6x6xi1>, tensor<f32>, tensor<f32>) outs(%37 : tensor<1x1x6x6xf32>) {
    ^bb0(%in: i1, %in_69: f32, %in_70: f32, %out: f32):
      %126 = arith.select %in, %in_69, %in_70 : f32
      linalg.yield %126 : f32
    } -> tensor<1x1x6x6xf32>
    %collapsed_37 = tensor.collapse_shape %23 [[0, 1], [2]] : tensor<1x6x8xf32> into tensor<6x8xf32>
    %39 = tensor.empty() : tensor<8x8xf32>
    %transposed = linalg.transpose ins(%cst_22 : tensor<8x8xf32>) outs(%39 : tensor<8x8xf32>) permutation = [1, 0] 
    %40 = tensor.empty() : tensor<6x8xf32>
    %41 = linalg.fill ins(%cst : f32) outs(%40 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %42 = linalg.matmul ins(%collapsed_37, %transposed : tensor<6x8xf32>, tensor<8x8xf32>) outs(%41 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %43 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_21, %42 : tensor<8xf32>, tensor<6x8xf32>) outs(%40 : tensor<6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x8xf32>
    %expanded_38 = tensor.expand_shape %43 [[0, 1], [2, 3]] output_shape [1, 6, 2, 4] : tensor<6x8xf32> into tensor<1x6x2x4xf32>
    %44 = tensor.empty() : tensor<1x2x6x4xf32>
    %transposed_39 = linalg.transpose ins(%expanded_38 : tensor<1x6x2x4xf32>) outs(%44 : tensor<1x2x6x4xf32>) permutation = [0, 2, 1, 3] 
    %transposed_40 = linalg.transpose ins(%cst_20 : tensor<8x8xf32>) outs(%39 : tensor<8x8xf32>) permutation = [1, 0] 
    %45 = linalg.matmul ins(%collapsed_37, %transposed_40 : tensor<6x8xf32>, tensor<8x8xf32>) outs(%41 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %46 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_19, %45 : tensor<8xf32>, tensor<6x8xf32>) outs(%40 : tensor<6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x8xf32>
    %expanded_41 = tensor.expand_shape %46 [[0, 1], [2, 3]] output_shape [1, 6, 2, 4] : tensor<6x8xf32> into tensor<1x6x2x4xf32>
    %transposed_42 = linalg.transpose ins(%cst_18 : tensor<8x8xf32>) outs(%39 : tensor<8x8xf32>) permutation = [1, 0] 
    %47 = linalg.matmul ins(%collapsed_37, %transposed_42 : tensor<6x8xf32>, tensor<8x8xf32>) outs(%41 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %48 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_17, %47 : tensor<8xf32>, tensor<6x8xf32>) outs(%40 : tensor<6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x8xf32>
    %expanded_43 = tensor.expand_shape %48 [[0, 1], [2, 3]] output_shape [1, 6, 2, 4] : tensor<6x8xf32> into tensor<1x6x2x4xf32>
    %transposed_44 = linalg.transpose ins(%expanded_43 : tensor<1x6x2x4xf32>) outs(%44 : tensor<1x2x6x4xf32>) permutation = [0, 2, 1, 3] 
    %49 = tensor.empty() : tensor<1x2x4x6xf32>
    %transposed_45 = linalg.transpose ins(%expanded_41 : tensor<1x6x2x4xf32>) outs(%49 : tensor<1x2x4x6xf32>) permutation = [0, 2, 3, 1] 
    %collapsed_46 = tensor.collapse_shape %transposed_39 [[0, 1], [2], [3]] : tensor<1x2x6x4xf32> into tensor<2x6x4xf32>
    %collapsed_47 = tensor.collapse_shape %transposed_45 [[0, 1], [2], [3]] : tensor<1x2x4x6xf32> into tensor<2x4x6xf32>
    %50 = tensor.empty() : tensor<2x6x6xf32>
    %51 = linalg.fill ins(%cst : f32) outs(%50 : tensor<2x6x6xf32>) -> tensor<2x6x6xf32>
    %52 = linalg.batch_matmul ins(%collapsed_46, %collapsed_47 : tensor<2x6x4xf32>, tensor<2x4x6xf32>) outs(%51 : tensor<2x6x6xf32>) -> tensor<2x6x6xf32>
    %expanded_48 = tensor.expand_shape %52 [[0, 1], [2], [3]] output_shape [1, 2, 6, 6] : tensor<2x6x6xf32> into tensor<1x2x6x6xf32>
    %53 = tensor.empty() : tensor<1x2x6x6xf32>
    %54 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%expanded_48 : tensor<1x2x6x6xf32>) outs(%53 : tensor<1x2x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.mulf %in, %cst_2 : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x6xf32>
    %55 = linalg.generic {indexing_maps = [#map6, #map13, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%54, %38 : tensor<1x2x6x6xf32>, tensor<1x1x6x6xf32>) outs(%53 : tensor<1x2x6x6xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x6xf32>
    %56 = tensor.empty() : tensor<1x2x6xi64>
    %57 = linalg.fill ins(%c0_i64 : i64) outs(%56 : tensor<1x2x6xi64>) -> tensor<1x2x6xi64>
    %58 = tensor.empty() : tensor<1x2x6xf32>
    %59 = linalg.fill ins(%cst_0 : f32) outs(%58 : tensor<1x2x6xf32>) -> tensor<1x2x6xf32>
    %60:2 = linalg.generic {indexing_maps = [#map6, #map14, #map14], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%55 : tensor<1x2x6x6xf32>) outs(%59, %57 : tensor<1x2x6xf32>, tensor<1x2x6xi64>) {
    ^bb0(%in: f32, %out: f32, %out_69: i64):
      %126 = linalg.index 3 : index
      %127 = arith.index_cast %126 : index to i64
      %128 = arith.maximumf %in, %out : f32
      %129 = arith.cmpf ogt, %in, %out : f32
      %130 = arith.select %129, %127, %out_69 : i64
      linalg.yield %128, %130 : f32, i64
    } -> (tensor<1x2x6xf32>, tensor<1x2x6xi64>)
    %expanded_49 = tensor.expand_shape %60#0 [[0], [1], [2, 3]] output_shape [1, 2, 6, 1] : tensor<1x2x6xf32> into tensor<1x2x6x1xf32>
    %61 = linalg.generic {indexing_maps = [#map6, #map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%55, %expanded_49 : tensor<1x2x6x6xf32>, tensor<1x2x6x1xf32>) outs(%53 : tensor<1x2x6x6xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.subf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x6xf32>
    %62 = linalg.generic {indexing_maps = [#map6, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%61 : tensor<1x2x6x6xf32>) outs(%53 : tensor<1x2x6x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.exp %in : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x6xf32>
    %63 = tensor.empty() : tensor<1x2x6x1xf32>
    %64 = linalg.fill ins(%cst : f32) outs(%63 : tensor<1x2x6x1xf32>) -> tensor<1x2x6x1xf32>
    %65 = linalg.generic {indexing_maps = [#map6, #map10], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%62 : tensor<1x2x6x6xf32>) outs(%64 : tensor<1x2x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x1xf32>
    %66 = linalg.generic {indexing_maps = [#map6, #map10, #map6], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%62, %65 : tensor<1x2x6x6xf32>, tensor<1x2x6x1xf32>) outs(%53 : tensor<1x2x6x6xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.divf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x2x6x6xf32>
    %collapsed_50 = tensor.collapse_shape %66 [[0, 1], [2], [3]] : tensor<1x2x6x6xf32> into tensor<2x6x6xf32>
    %collapsed_51 = tensor.collapse_shape %transposed_44 [[0, 1], [2], [3]] : tensor<1x2x6x4xf32> into tensor<2x6x4xf32>
    %67 = tensor.empty() : tensor<2x6x4xf32>
    %68 = linalg.fill ins(%cst : f32) outs(%67 : tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
    %69 = linalg.batch_matmul ins(%collapsed_50, %collapsed_51 : tensor<2x6x6xf32>, tensor<2x6x4xf32>) outs(%68 : tensor<2x6x4xf32>) -> tensor<2x6x4xf32>
    %expanded_52 = tensor.expand_shape %69 [[0, 1], [2], [3]] output_shape [1, 2, 6, 4] : tensor<2x6x4xf32> into tensor<1x2x6x4xf32>
    %70 = tensor.empty() : tensor<1x6x2x4xf32>
    %transposed_53 = linalg.transpose ins(%expanded_52 : tensor<1x2x6x4xf32>) outs(%70 : tensor<1x6x2x4xf32>) permutation = [0, 2, 1, 3] 
    %collapsed_54 = tensor.collapse_shape %transposed_53 [[0, 1], [2, 3]] : tensor<1x6x2x4xf32> into tensor<6x8xf32>
    %transposed_55 = linalg.transpose ins(%cst_16 : tensor<8x8xf32>) outs(%39 : tensor<8x8xf32>) permutation = [1, 0] 
    %71 = linalg.matmul ins(%collapsed_54, %transposed_55 : tensor<6x8xf32>, tensor<8x8xf32>) outs(%41 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %72 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_15, %71 : tensor<8xf32>, tensor<6x8xf32>) outs(%40 : tensor<6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x8xf32>
    %expanded_56 = tensor.expand_shape %72 [[0, 1], [2]] output_shape [1, 6, 8] : tensor<6x8xf32> into tensor<1x6x8xf32>
    %73 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_56, %23 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %74 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%73 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %75 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%74 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed_57 = tensor.collapse_shape %75 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %76 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_57 : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %77 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%73, %76 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.subf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %78 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%77, %77 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %79 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%78 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %80 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%79 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %81 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%80 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.truncf %cst_23 : f64 to f32
      %127 = arith.addf %in, %126 : f32
      linalg.yield %127 : f32
    } -> tensor<1x6x1xf32>
    %82 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%81 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.rsqrt %in : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed_58 = tensor.collapse_shape %82 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %83 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_58 : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %84 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%77, %83 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %85 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%84, %cst_14 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %86 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%85, %cst_13 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %collapsed_59 = tensor.collapse_shape %86 [[0, 1], [2]] : tensor<1x6x8xf32> into tensor<6x8xf32>
    %87 = tensor.empty() : tensor<8x12xf32>
    %transposed_60 = linalg.transpose ins(%cst_12 : tensor<12x8xf32>) outs(%87 : tensor<8x12xf32>) permutation = [1, 0] 
    %88 = tensor.empty() : tensor<6x12xf32>
    %89 = linalg.fill ins(%cst : f32) outs(%88 : tensor<6x12xf32>) -> tensor<6x12xf32>
    %90 = linalg.matmul ins(%collapsed_59, %transposed_60 : tensor<6x8xf32>, tensor<8x12xf32>) outs(%89 : tensor<6x12xf32>) -> tensor<6x12xf32>
    %91 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_11, %90 : tensor<12xf32>, tensor<6x12xf32>) outs(%88 : tensor<6x12xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x12xf32>
    %expanded_61 = tensor.expand_shape %91 [[0, 1], [2]] output_shape [1, 6, 12] : tensor<6x12xf32> into tensor<1x6x12xf32>
    %92 = tensor.empty() : tensor<1x6x12xf32>
    %93 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_61 : tensor<1x6x12xf32>) outs(%92 : tensor<1x6x12xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_30 : f32
      %127 = math.erf %126 : f32
      %128 = arith.addf %127, %cst_1 : f32
      %129 = arith.mulf %128, %cst_2 : f32
      %130 = arith.mulf %in, %129 : f32
      linalg.yield %130 : f32
    } -> tensor<1x6x12xf32>
    %collapsed_62 = tensor.collapse_shape %93 [[0, 1], [2]] : tensor<1x6x12xf32> into tensor<6x12xf32>
    %94 = tensor.empty() : tensor<12x8xf32>
    %transposed_63 = linalg.transpose ins(%cst_10 : tensor<8x12xf32>) outs(%94 : tensor<12x8xf32>) permutation = [1, 0] 
    %95 = linalg.matmul ins(%collapsed_62, %transposed_63 : tensor<6x12xf32>, tensor<12x8xf32>) outs(%41 : tensor<6x8xf32>) -> tensor<6x8xf32>
    %96 = linalg.generic {indexing_maps = [#map12, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%cst_9, %95 : tensor<8xf32>, tensor<6x8xf32>) outs(%40 : tensor<6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<6x8xf32>
    %expanded_64 = tensor.expand_shape %96 [[0, 1], [2]] output_shape [1, 6, 8] : tensor<6x8xf32> into tensor<1x6x8xf32>
    %97 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_64, %86 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %98 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%97 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %99 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%98 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed_65 = tensor.collapse_shape %99 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %100 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_65 : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %101 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%97, %100 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.subf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %102 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%101, %101 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %103 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel", "reduction"]} ins(%102 : tensor<1x6x8xf32>) outs(%10 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %104 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%103 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.divf %in, %cst_29 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %105 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%104 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.truncf %cst_23 : f64 to f32
      %127 = arith.addf %in, %126 : f32
      linalg.yield %127 : f32
    } -> tensor<1x6x1xf32>
    %106 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%105 : tensor<1x6x1xf32>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.rsqrt %in : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %collapsed_66 = tensor.collapse_shape %106 [[0], [1, 2]] : tensor<1x6x1xf32> into tensor<1x6xf32>
    %107 = linalg.generic {indexing_maps = [#map1, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%collapsed_66 : tensor<1x6xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x6x8xf32>
    %108 = linalg.generic {indexing_maps = [#map2, #map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%101, %107 : tensor<1x6x8xf32>, tensor<1x6x8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %109 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%108, %cst_8 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %110 = linalg.generic {indexing_maps = [#map2, #map4, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%109, %cst_7 : tensor<1x6x8xf32>, tensor<8xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.addf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %expanded_67 = tensor.expand_shape %arg1 [[0], [1, 2]] output_shape [1, 6, 1] : tensor<1x6xi64> into tensor<1x6x1xi64>
    %111 = linalg.generic {indexing_maps = [#map2, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%expanded_67 : tensor<1x6x1xi64>) outs(%9 : tensor<1x6x1xf32>) {
    ^bb0(%in: i64, %out: f32):
      %126 = arith.sitofp %in : i64 to f32
      linalg.yield %126 : f32
    } -> tensor<1x6x1xf32>
    %112 = linalg.generic {indexing_maps = [#map2, #map3, #map2], iterator_types = ["parallel", "parallel", "parallel"]} ins(%110, %111 : tensor<1x6x8xf32>, tensor<1x6x1xf32>) outs(%3 : tensor<1x6x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.mulf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x6x8xf32>
    %113 = tensor.empty() : tensor<1x8xf32>
    %114 = linalg.fill ins(%cst : f32) outs(%113 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %115 = linalg.generic {indexing_maps = [#map2, #map15], iterator_types = ["parallel", "reduction", "parallel"]} ins(%112 : tensor<1x6x8xf32>) outs(%114 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x8xf32>
    %116 = tensor.empty() : tensor<1x1xf32>
    %117 = linalg.fill ins(%cst : f32) outs(%116 : tensor<1x1xf32>) -> tensor<1x1xf32>
    %118 = linalg.generic {indexing_maps = [#map2, #map15], iterator_types = ["parallel", "reduction", "parallel"]} ins(%111 : tensor<1x6x1xf32>) outs(%117 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.addf %in, %out : f32
      linalg.yield %126 : f32
    } -> tensor<1x1xf32>
    %119 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%118 : tensor<1x1xf32>) outs(%116 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.truncf %cst_6 : f64 to f32
      %127 = arith.cmpf ult, %in, %126 : f32
      %128 = arith.select %127, %126, %in : f32
      linalg.yield %128 : f32
    } -> tensor<1x1xf32>
    %120 = linalg.generic {indexing_maps = [#map, #map16, #map], iterator_types = ["parallel", "parallel"]} ins(%115, %119 : tensor<1x8xf32>, tensor<1x1xf32>) outs(%113 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.divf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x8xf32>
    %121 = linalg.generic {indexing_maps = [#map, #map16], iterator_types = ["parallel", "reduction"]} ins(%120 : tensor<1x8xf32>) outs(%117 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.absf %in : f32
      %127 = math.powf %126, %cst_31 : f32
      %128 = arith.addf %127, %out : f32
      linalg.yield %128 : f32
    } -> tensor<1x1xf32>
    %122 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%121 : tensor<1x1xf32>) outs(%116 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = math.powf %in, %cst_2 : f32
      linalg.yield %126 : f32
    } -> tensor<1x1xf32>
    %123 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%122 : tensor<1x1xf32>) outs(%116 : tensor<1x1xf32>) {
    ^bb0(%in: f32, %out: f32):
      %126 = arith.truncf %cst_23 : f64 to f32
      %127 = arith.cmpf ult, %in, %126 : f32
      %128 = arith.select %127, %126, %in : f32
      linalg.yield %128 : f32
    } -> tensor<1x1xf32>
    %collapsed_68 = tensor.collapse_shape %123 [[0, 1]] : tensor<1x1xf32> into tensor<1xf32>
    %124 = linalg.generic {indexing_maps = [#map17, #map], iterator_types = ["parallel", "parallel"]} ins(%collapsed_68 : tensor<1xf32>) outs(%113 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8xf32>
    %125 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]} ins(%120, %124 : tensor<1x8xf32>, tensor<1x8xf32>) outs(%113 : tensor<1x8xf32>) {
    ^bb0(%in: f32, %in_69: f32, %out: f32):
      %126 = arith.divf %in, %in_69 : f32
      linalg.yield %126 : f32
    } -> tensor<1x8xf32>
    return %125 : tensor<1x8xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      torch_tensor_8_torch.float32_10: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_torch.float32_9: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_8_torch.float32_8: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_12_torch.float32: "0x04000000A2BADFB9E00192BC6FCCC5BAAB7EF83C97179239C57E123C3FAA80BC305AF93A921EF6BC02250B3C2572FC3BA0F8CFBC0778343D6BFC2CBBCB2E5CBADE3BC6BCD37C8B3CAE57E23AA0E300BD78C850BCB02815BD3C16C5BC82E506BC373523BC1E4BB33C09BBD9BC8483CD3C75EA99BCFD7A6B3CADFF8CBCDD2F3C3C8B1E14BD9529C13BE9B0A4BBCE13713CBE3E5BBAC93682BC2B57F1BCD7281B3D7D234C3B54FF023DC63D4BBBC63F393D293813BC60B828BB91B218BC6B580B3D8028F0BCBDF7BDBC69D6D8BAB71224BC9C98183B27247CBCF4283C3DD4D098BB8F1E073C704A49BD1DF93ABC5CCAE53C0B49833CFC2639BC24C2593C3D6B07BBE7D8983C7F52063CA56EAB3C3257F93B6A49EFBBB0D5B8BA612FF8BC6EF4BA3CBE7048BCCDEC99BC9D5335BDD0356C3B55A25BBC6A9020BC0BD29B3C96061BBDC3641E3B6FA38C3CF5534F3CD2EF8BBAC1BC1A3B86A2DB3C302497BCCF87F3BBAE48943B729D50BCE0EA043DE2C6BE3B6116A53A86F1B23956A88FBC0185C13C7ECE49BC",
      torch_tensor_12_torch.float32: "0x04000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_12_8_torch.float32: "0x04000000594197BB7E57F63CB7D56C3A09AA0ABBDE4E25BD52ED123CC037653C87DDA33BC0BE673BC53F063CE9B9593CD9760B3CE255253C547A853C9794D53A22ACE5BCF090F6BB02D910BB4B1A2EBD98656BBC662C923A623484BB7D81F13CFBC6E6BB4FF2B83A4D5BAFBCB49090BC9FAC21BC1DC646BCA5C7E5BC879C153D8E21A83CB4EE0ABD7C9C92BC54D1C1BCAE23AFBBCC95F9BC414BD93CEF1251BC270FA83B195493BCF2369DBC8EAC6B3C6578643D2A7BA3BCF0A9833C97D95C3DE2579EBB088C82BC22AC993CC95BED3CD47B813CAD84873BE703F4B9C62A0EBD26EAD53BC93EE8BBF52EF3399585623CFCA136BCB32BD33C897D54384337A0BB754ADBBAAEC0C13CBCE0D9BCEF7C3E3CBEBF2C3C729F0D3D736304BC796A493C9CFF263C638B8E3C9D4CA0BC73F63D3C18026CBC5E9DA3BC3979EF3C3D54CE3C1A9E86BA6F3257BC1DA3103C39D040BB829DB9BC1DD2C33CDBB695BCA638A03B6E60CABCD318CFBBBB9B35BBCA4B2B3C6212643C2E8A4CBC53C4043D90AD2FBD5691A1BC",
      torch_tensor_8_torch.float32_7: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_torch.float32_6: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_8_torch.float32_5: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_3: "0x04000000A33B96BCD29679BBD39259BB3375AB3CF28871BC0AFE84BC01AE153DEFA2B8BC24AD83BC8F8CB3BC9449F6BCE7E6CB3C2F9577BB72C0A4BB0D86803BDE4991BC7C0F5F3ADF9214BD8509D53A2F1C49BDA13979BB922DE8BC351B1C3C47624C3B22EDBE3C00C2AA3C9820823BAD8BA4BC29C573BC423CB0BC4B9D203DD903AEBC8120363DEDCF00BCD68C073D2C0396BC0EAAFEBCABE821BCF3EED6B91389BABC9768C43C462089BC138BDCBBD26F543CEC0C77BA53A9A7BBCEE8FE3BE2F2713BA4D6203C57EAC33C00B73EBBED35ACBC1488A4BB1412B4BCE71241BC2837843C3231D8BC8C0114BD82C9013C1E4C213C5572EC3B635FF4BAC9C6A2BC9E8D7FBB",
      torch_tensor_8_torch.float32_4: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_2: "0x04000000952BE13CE79023BD61CC12BDB31BC3BA8B9A1E3CFCF577BC1D17ED3C6ABB293CAB539E3973C12B3C420283BBDD886A3CAC12F8BBC0A3883CC7D88B3B47CB063DE613433CD09826BC00CDDFBC69E3363D2E91BCBC2CC19E3CA70B57BD76DA1B3D459BABBC69E121BB567681BBAFAD1B3DE5C8F9BB5CC1DABAAB2F10BC042E5B3C82B7EC3C5D823DBD73C0343D07B0443C452FC5BC15EFD7BCAD6CA13B4E74823CFFA29ABC79A37BBC0B1404BC6A98AD3C07F7423C39807EBA20EF823CAB0063BC596F0CBDAFF3023CF38EF93CF8303ABD5E6B67BBD49D6D3C106680BDB9814B3CC498963C77A4453C605615BDDBF1CFBC0EEC56BCE1DD91BC54C60B3D16048737",
      torch_tensor_8_torch.float32_3: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32_1: "0x040000000D5737BC624428BC4DBAAABC10195E3C22B3B5BCF5D2C5BB256680BC73A6873C9C4FA03C15C9033D3F028C3C00176F3C1E8787BBD0294B3A91AB8B3C7DB7EEBB4F4CEA3C5B38E63CDE368CBC930326BC266F3CBC81270ABD462E503D6628A9BC0FFDCCBC4F2CB4BB774A563B1708C23CF808F1BA52E69DBC550F463C4754863B184266BBD05FD43BB86DBCBCB3F9B1BCEFCE27BD046081BC216D2B3CD20ABBBBE4C38C3CB2DE183D4E8EDBBA3B42FBBC1CF2CE3C58D418BC0B13CFBC41FCAEBC130A753CFF55043CA20F203CCF72523B8DF201BCF3DEEFBC69C7313B128B17BC6944E1BC87D4E0BC2129DE3AB4E752BC4A7FE23BAEB9C0BC4FE4D33B62989C3B",
      torch_tensor_8_torch.float32_2: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_8_torch.float32: "0x0400000057F8DE3C3508493CE6F068394795273C541AA83C45C7A8BC73E1453CF713A13CE15C6DBA878F3A3D3356E0BCF6D72B3CA03EFDBCF07D58BC7CF164BD2524163C867A9939425F01BD8B7F2CBC1C2BFDBC2D002B3A89DE853C5D005EBC3749123DE41CBABA4728153CCC5B543CB8E9DC3A04B35CBC14010B3CA6889E3CE2EF843B25EAA0BCFD0B0B3CA03048BC12022FBD509FCF3BAA6C38BC5D0A253CE2D79D3C10518C3C7269A23C573A063D800A633B00B992BBB7223E3CA4AA95BCE2F0583CB56AC2BC7FD407BC0B088F3AAC4A713CB21B79BBF70CF1BB3433FFBC3DB0E1392509AD3B78A0A13B5D07A03BE11BA83C6E037D3C961D22BD6B4CECBC8643AABA",
      torch_tensor_8_torch.float32_1: "0x040000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_8_torch.float32: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      torch_tensor_32_8_torch.float32: "0x0400000012D9A4BCA49B8C3C1FE4153CD88A4EBC409FF03BF3C3013DAAB73CBD043B473BD85E413DE6566FBBAE4D313C9D866BBC3E509E3B35CA3A3CE9A865B90F6D5C3CCE300C3DB684953C77C4BDBB80C082BB4C65DCBC3B269739828317BCD8B1FBB9793C2E3B49BE1DBBF765BCBC0E2B69BC5A9482BC049452BD46C69ABCCB7255BC9D32743CA318FABB9BFE15BDFD163EBCDA710EBCF262823C097592BA2684B9BC77F308BDAABFCB3CB3D8E63CABC20DBD52B4AEBCA9B01DBBDC04CABCFFBC10BD3D26BA3C7B389FBBDC6E9D3BCDDAC43B0253353C5D3C17BB44B5D5BBF94DCA3C2F1E813C344C70BA0E3489BC78FBC9BC10D04ABB14C7DD3B47D619BDF063883C0D2001BCD98FF83AFE1A603C264CA23CC6A5EC3CF626143B9C2B543CDBF03FBC19B5A33C9D5E4D3CC16177BC37D7ECBCBF2687BC26266E3C1E346DBCA0F3863CB9B006BC8E73363C6721423C4B93133C36FCA93C8F7FEA3A066BF23CE6D5A3BB6D1C923CC0B37D3CDEE09EBCBD8A5DBCC0A97E3CCEE34A3CFB0526BCD821D5BB7510C4BCD23623BC771707BC0EB3503C9246A13C40D1B4BCE7AD193DD50CC43CE7CBF7BC2EA3C7B842B5FE3CF4000E3DC3AA06B9B547B73B87EF62BC50F57BBCC983143C8F1EB43CF4F1073C83DA093C7FF719BDD28F0DBD1D6044BCB9D575BCDDF63E3C7CEC383C9BB48EBCAA78B13C2F65CABAB5AA1A390E10EABB00CF363B2FB4A53CDD1CCBBC36F521BD8285C43C9C3BBC3C27BBCABC0A59153DC7441C39D873DDBC1375F93BB3358DBA4FD857BCD99F853B6F6703BC33B926BC5B77D63C144F36BCFFD7103C1B5A92BC98A5DF3C3E2EDCBC826F013B845185BC82DA00BD7AC48C3C36C9A9BCE200C13C353E613C94FCC8BBABC0FCBC7DFC033B9C3DA8BA64038FBCCF86CE3CD9BBB33C8958D63BC2C42EBC2D7F233C726F5DBC6F3854BD0532823C468FBBBC54B2403CDEA6863AE4D84F3BFCD9B73CFD3F903C72CB9CBCCFE8B13A16AB0F3D4F613E3C4560E5BC9DA89A3B7273113C65EEFE392C34CEBC6C9EEE3B0E8A82BC4761CF3B02BDFA3C80AEEE3C03A7963C8FC4EA3BFCC4043CFBF2B13CE25DA93CD07CC6BC0F9F6ABCA16A36BCA20D3F3CF811F4BBFCFA673C18F4403C7FFC87BCC652BEBC9B510EBC7451DABB998085BCB309583D3D8E84BC3C43F73C3EDF9CBC83AC153D790D0D3D36B01A3DE07499BCD4F65BBC90D10A3C6957423D18C907BB507687BBD25A54BBE09115BD7C35C5BB226570BA999278BC7D19FD3CB09AF3BB819377BC4C04DFB9E11343BC6FD3323C50AC713C6FE34BBB54B192BC8098A83C66D5453CF468FD3CCDD5A03CA2054CBB290AAF3B247C31BDD324763BC952C03B97BDA33CA8A112BB5059933CEBBF103CC1F8B5BB53D5F03B39A5AB3B6B4C6C3C77F529BB98D2C93C1D4E2C3C8FEC58BC49BA77BC01C533BC",
      torch_tensor_2_8_torch.float32: "0x0400000025E1EEB997E58C3A43B309BCCFD804BC94C4A8BC7C9366BC048D0FBD81BA703B977DB5BAA6478C3B4995F2BB2ED148BC0D9B39BCF81CE9BC40A3B53BD7A2DABB",
      torch_tensor_24_8_torch.float32: "0x040000000000000000000000000000000000000000000000000000000000000000000000C97F643DF7D3053DBDAD9D3C82D9A63BCBB518BD904E803CCC7A1DBD1C12ABBCDB5DA23CD02FD13B7EF6CFBC9721123DAFDCD73BD925B13C73C02F3CFD5E403D0978D83B5062043DB7051ABCA52657BCD8242EBCABFB903B3E116D3C926193BBA116D4BCC07E28BBF0C295BAD346BABAE70F8EBC3B73F53B9DEB193CDE54733C66D9513B5971EEBB4ABD95BCE252023DD65F253C198DD53B6DFF13BC372FC8B886556F3D305DFEBC21FC30BC0D401A3C1BA8D6BC8F51F1BBCFE5B2BC4F9ED83A88FE0438F075563BADDB893C3E0AAD3C0C4376BCD26B78BADE003ABC65B40E3CD3F6153B2CC19EBC0DF6053CF20588BCFB5FFE3C5FCE9A3CDC958E3C30C48D3C4B6EE33AFEC365BCE9A66F3C742DDFBB84DED13C101197BCCECBDE3CF34BF9BB1E4F1A3D09CE25BDC5F65ABBFE17E1BCA1A066BC3313083C0F43543CC7448A3B393A30BC2BD6D9BB465712BDBE8F50BB602792BCC423B23CE693323C25667FBB0E80FA3CF4C307BD8227D73AF8BEC03C14DAE53A2E4E96BC7993A13C4B610F3C923C763AF2AF33BA16DD0CBA773BF7BBAF7BA13BD3A93B3C47A7363CEFC8EB3B9E9B983CCF7D4CBDE6CB813CABF7B53C771D363BAF73BA3CB36F253C85AFBBBCE60072BB9776F4BC9CFE313C27E32A3C840A593DFCE863BC22322CBDAF35F6BCB64027BB07B576BB4B67043DB287B2BCDD9E99B7F033393C49269BB9C1A26E3BAEBD1FBC96E422BC2CAFF03C85CA443A0F8FAC3AD09995BC2C2CA0BC27B7C0BC44C5DD3C6245073D04CDB9B91202C9BCC980FF3B4992AF3CC2E0913CD9AD14BDEAE02A3D66CC093B0934D03967E55EBC84970EBC85586DBC607D80BC7E6363BDA2D9993C19A68A3C321EB83B42E3D5BCB957353C836F803BCE9AA5BCF76E503CFCE85D3AAA672FBC0418583CC066E03BD0A74BBBEA7CF2BC9BF3FF3C9DAB32BDC4D854BB300B113D092D443D47A4AFBC5462453C802C313BE58E50BC95B0B13AB93F343AC283BA3CA4EF063D3E4FFCBBF9AEC03C87649F3C815CB5393D99823C",
      torch_tensor_1_32_torch.int64_1: "0x0800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      torch_tensor_1_32_torch.int64: "0x0800000000000000000000000100000000000000020000000000000003000000000000000400000000000000050000000000000006000000000000000700000000000000080000000000000009000000000000000A000000000000000B000000000000000C000000000000000D000000000000000E000000000000000F0000000000000010000000000000001100000000000000120000000000000013000000000000001400000000000000150000000000000016000000000000001700000000000000180000000000000019000000000000001A000000000000001B000000000000001C000000000000001D000000000000001E000000000000001F00000000000000"
    }
  }
#-}
