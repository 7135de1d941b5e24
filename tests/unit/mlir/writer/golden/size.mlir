func.func @main(%x: tensor<?x8xf32>) -> (tensor<i64>, tensor<?x8xf32>) attributes {tensorir_sizes = [["S", "8"]]} {
  %0 = arith.constant 0 : index
  %1 = tensor.dim %x, %0 : tensor<?x8xf32>
  %2 = arith.constant 8 : index
  %3 = arith.muli %1, %2 : index
  %4 = arith.index_cast %3 : index to i64
  %5 = tensor.from_elements %4 : tensor<i64>
  return %5, %x : tensor<i64>, tensor<?x8xf32>
}
