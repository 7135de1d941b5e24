func.func @main(%x: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %0 = tensor.empty() : tensor<3x4xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%0 : tensor<3x4xf32>) {
  ^bb0(%1: f32):
    %3 = linalg.index 0 : index
    %4 = linalg.index 1 : index
    %5 = arith.constant -1 : index
    %6 = arith.muli %4, %5 : index
    %7 = arith.constant 3 : index
    %8 = arith.addi %6, %7 : index
    %9 = tensor.extract %x[%3, %8] : tensor<3x4xf32>
    %10 = arith.negf %9 : f32
    linalg.yield %10 : f32
  } -> tensor<3x4xf32>
  return %2 : tensor<3x4xf32>
}
