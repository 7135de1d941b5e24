#encoding0 = {tensorir.encoding = "#encoding<lhs, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], types = [f32, f32, f32], narrow = [?, 4, ?]>"}
#encoding1 = {tensorir.encoding = "#encoding<rhs, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], types = [f32, f32, f32], narrow = [?, 4, ?]>"}
#encoding2 = {tensorir.encoding = "#encoding<result, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], types = [f32, f32, f32], narrow = [?, 4, ?]>"}
#encoding3 = {tensorir.encoding = "#encoding<result, maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)], types = [f32, f32, f32], narrow = [?, 4, ?], via = [transpose[1, 0]]>"}
func.func @main(%a: tensor<?x8xf32>, %b: tensor<8x4xf32>) -> tensor<4x?xf32> attributes {tensorir_sizes = [["S", "8"], ["8", "4"]]} {
  %0 = builtin.unrealized_conversion_cast %a : tensor<?x8xf32> to tensor<?x8xf32, #encoding0>
  %1 = builtin.unrealized_conversion_cast %b : tensor<8x4xf32> to tensor<8x4xf32, #encoding1>
  %2 = arith.constant 0.0 : f32
  %3 = arith.constant 0 : index
  %4 = tensor.dim %a, %3 : tensor<?x8xf32>
  %5 = tensor.empty(%4) : tensor<?x4xf32, #encoding2>
  %6 = linalg.fill ins(%2 : f32) outs(%5 : tensor<?x4xf32, #encoding2>) -> tensor<?x4xf32, #encoding2>
  %7 = linalg.matmul ins(%0, %1 : tensor<?x8xf32, #encoding0>, tensor<8x4xf32, #encoding1>) outs(%6 : tensor<?x4xf32, #encoding2>) -> tensor<?x4xf32, #encoding2>
  %8 = tensor.empty(%4) : tensor<4x?xf32, #encoding3>
  %9 = linalg.transpose ins(%7 : tensor<?x4xf32, #encoding2>) outs(%8 : tensor<4x?xf32, #encoding3>) permutation = [1, 0]
  %10 = builtin.unrealized_conversion_cast %9 : tensor<4x?xf32, #encoding3> to tensor<4x?xf32>
  return %10 : tensor<4x?xf32>
}
