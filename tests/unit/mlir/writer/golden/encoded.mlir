#encoding0 = #iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iteration_sizes = [?, 4, 8]>
#encoding1 = #iree_encoding.encoding<operand_index = 1 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iteration_sizes = [?, 4, 8]>
#encoding2 = #iree_encoding.encoding<operand_index = 2 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iteration_sizes = [?, 4, 8]>
#encoding3 = {tensorir.encoding = "#encoding<result, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], types = [f32, f32, f32], narrow = [?, 4, ?], via = [transpose[1, 0]]>"}
func.func @main(%a: tensor<?x8xf32>, %b: tensor<8x4xf32>) -> tensor<4x?xf32> attributes {tensorir_sizes = [["S", "8"], ["8", "4"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %a, %0 : tensor<?x8xf32>
  %2 = iree_encoding.set_encoding %a encoding_dims{%1} : tensor<?x8xf32> -> tensor<?x8xf32, #encoding0>
  %3 = iree_encoding.set_encoding %b encoding_dims{%1} : tensor<8x4xf32> -> tensor<8x4xf32, #encoding1>
  %4 = arith.constant 0.0 : f32
  %5 = tensor.empty(%1) : tensor<?x4xf32, #encoding2>
  %6 = linalg.fill ins(%4 : f32) outs(%5 : tensor<?x4xf32, #encoding2>) -> tensor<?x4xf32, #encoding2>
  %7 = linalg.matmul ins(%2, %3 : tensor<?x8xf32, #encoding0>, tensor<8x4xf32, #encoding1>) outs(%6 : tensor<?x4xf32, #encoding2>) -> tensor<?x4xf32, #encoding2>
  %8 = tensor.empty(%1) : tensor<4x?xf32, #encoding3>
  %9 = linalg.transpose ins(%7 : tensor<?x4xf32, #encoding2>) outs(%8 : tensor<4x?xf32, #encoding3>) permutation = [1, 0]
  %10 = builtin.unrealized_conversion_cast %9 : tensor<4x?xf32, #encoding3> to tensor<4x?xf32>
  return %10 : tensor<4x?xf32>
}
