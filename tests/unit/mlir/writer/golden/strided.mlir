func.func @main(%x: tensor<3x4xf32>, %y: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %0 = tensor.empty() : tensor<6x4xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%0 : tensor<6x4xf32>) {
  ^bb0(%1: f32):
    %3 = linalg.index 0 : index
    %4 = linalg.index 1 : index
    %5 = arith.constant 2 : index
    %6 = arith.floordivsi %3, %5 : index
    %7 = tensor.extract %x[%6, %4] : tensor<3x4xf32>
    %8 = linalg.index 0 : index
    %9 = linalg.index 1 : index
    %10 = tensor.extract %y[%8, %9] : tensor<6x4xf32>
    %11 = arith.mulf %7, %10 : f32
    linalg.yield %11 : f32
  } -> tensor<6x4xf32>
  return %2 : tensor<6x4xf32>
}
