func.func @main(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) attributes {tensorir_sizes = [["S", "2"]]} {
  %0 = tensor.concat dim(0) %x, %x : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %1 = arith.constant -1.5 : f32
  %4 = tensor.pad %x low[1, 0] high[2, 0] {
  ^bb0(%2: index, %3: index):
    tensor.yield %1 : f32
  } : tensor<?x2xf32> to tensor<?x2xf32>
  return %0, %4 : tensor<?x2xf32>, tensor<?x2xf32>
}
