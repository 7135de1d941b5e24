func.func @main(%x: tensor<?x20xf32>) -> (tensor<?x3x8x8xf32>, tensor<?x20xf32>) attributes {tensorir_sizes = [["S", "20"]]} {
  %0 = arith.constant 0.0 : f32
  %1 = arith.constant 0 : index
  %2 = tensor.dim %x, %1 : tensor<?x20xf32>
  %3 = arith.constant 8 : index
  %4 = arith.ceildivsi %2, %3 : index
  %5 = tensor.empty(%4) : tensor<?x3x8x8xf32>
  %6 = tensor.pack %x padding_value(%0 : f32) outer_dims_perm = [0, 1] inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %5 : tensor<?x20xf32> -> tensor<?x3x8x8xf32>
  %7 = tensor.empty(%2) : tensor<?x20xf32>
  %8 = tensor.unpack %6 outer_dims_perm = [0, 1] inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %7 : tensor<?x3x8x8xf32> -> tensor<?x20xf32>
  return %6, %8 : tensor<?x3x8x8xf32>, tensor<?x20xf32>
}
