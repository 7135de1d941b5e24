// Tensors with an encoding: set and taken off again, computed on, multiplied.

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
#left = #iree_encoding.encoding<operand_index = 0, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [#a, #b, #c], iteration_sizes = [?, ?, ?]>
#known = #iree_encoding.encoding<operand_index = 0, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [#a, #b, #c], iteration_sizes = [13, 31, 29]>
#right = #iree_encoding.encoding<operand_index = 1, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [#a, #b, #c], iteration_sizes = [?, ?, ?]>
#out = #iree_encoding.encoding<operand_index = 2, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [#a, #b, #c], iteration_sizes = [?, ?, ?]>

func.func @there_and_back(%x: tensor<13x29xf32>) -> tensor<13x29xf32> {
  %0 = iree_encoding.set_encoding %x : tensor<13x29xf32> -> tensor<13x29xf32, #known>
  %1 = iree_encoding.unset_encoding %0 : tensor<13x29xf32, #known> -> tensor<13x29xf32>
  return %1 : tensor<13x29xf32>
}

func.func @doubled_while_encoded(%x: tensor<13x29xf32>) -> tensor<13x29xf32> {
  %0 = iree_encoding.set_encoding %x : tensor<13x29xf32> -> tensor<13x29xf32, #known>
  %e = tensor.empty() : tensor<13x29xf32, #known>
  %1 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<13x29xf32, #known>) outs(%e : tensor<13x29xf32, #known>) {
  ^bb0(%v: f32, %o: f32):
    %s = arith.addf %v, %v : f32
    linalg.yield %s : f32
  } -> tensor<13x29xf32, #known>
  %2 = iree_encoding.unset_encoding %1 : tensor<13x29xf32, #known> -> tensor<13x29xf32>
  return %2 : tensor<13x29xf32>
}

func.func @product(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %x, %d0 : tensor<?x?xf32>
  %k = tensor.dim %x, %d1 : tensor<?x?xf32>
  %n = tensor.dim %y, %d1 : tensor<?x?xf32>
  %xe = iree_encoding.set_encoding %x encoding_dims{%m, %n, %k} : tensor<?x?xf32> -> tensor<?x?xf32, #left>
  %ye = iree_encoding.set_encoding %y encoding_dims{%m, %n, %k} : tensor<?x?xf32> -> tensor<?x?xf32, #right>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32, #out>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32, #out>) -> tensor<?x?xf32, #out>
  %p = linalg.matmul ins(%xe, %ye : tensor<?x?xf32, #left>, tensor<?x?xf32, #right>) outs(%f : tensor<?x?xf32, #out>) -> tensor<?x?xf32, #out>
  %r = iree_encoding.unset_encoding %p encoding_dims{%m, %n, %k} : tensor<?x?xf32, #out> -> tensor<?x?xf32>{%m, %n}
  return %r : tensor<?x?xf32>
}
