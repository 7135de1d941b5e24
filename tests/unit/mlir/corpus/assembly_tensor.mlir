func.func @making(%i: index, %s: f32, %m: tensor<8x4xf32>, %shape: tensor<3xi32>, %t: tensor<?x4xf32>) {
  %0 = tensor.empty(%i) : tensor<?x4xf32>
  %1 = tensor.empty() {my.hint} : tensor<4xf32>
  %2 = tensor.splat %s : tensor<4x4xf32>
  %3 = tensor.splat %s[%i] : tensor<?x4xf32>
  %4 = tensor.from_elements %s, %s : tensor<2x1xf32>
  %5 = tensor.from_elements %s : tensor<f32>
  %6 = tensor.from_elements : tensor<0xf32>
  %7 = tensor.reshape %m(%shape) : (tensor<8x4xf32>, tensor<3xi32>) -> tensor<?x?x?xf32>
  %8 = tensor.concat dim(1) %t, %t, %m : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x12xf32>
  %9 = tensor.cast %t : tensor<?x4xf32> to tensor<3x4xf32>
  %10 = tensor.bitcast %t : tensor<?x4xf32> to tensor<?x4xi32>
  %11 = tensor.rank %t : tensor<?x4xf32>
  return
}
// -----
func.func @elements(%i: index, %s: f32, %t: tensor<?x4xf32>, %z: tensor<f32>) {
  %c0 = arith.constant 0 : index
  %0 = tensor.dim %t, %c0 : tensor<?x4xf32>
  %1 = tensor.extract %t[%i, %c0] : tensor<?x4xf32>
  %2 = tensor.extract %z[] : tensor<f32>
  %3 = tensor.insert %s into %t[%i, %c0] : tensor<?x4xf32>
  %4 = tensor.insert %s into %z[] : tensor<f32>
  return
}
// -----
func.func @slices(%i: index, %t: tensor<?x4xf32>) {
  %0 = tensor.extract_slice %t[0, %i] [%i, 2] [1, 1] : tensor<?x4xf32> to tensor<?x2xf32>
  %1 = tensor.extract_slice %t[2, 0] [1, 4] [1, 1] {my.hint} : tensor<?x4xf32> to tensor<4xf32>
  %2 = tensor.extract_slice %t[%i, 0] [%i, 2] [%i, 2] : tensor<?x4xf32> to tensor<?x2xf32>
  %5 = tensor.extract_slice %t[0, 0] [%i, 2] [%i, 1] : tensor<?x4xf32> to tensor<?x2xf32>
  %6 = tensor.insert_slice %5 into %t[%i, 1] [%i, 2] [1, %i] : tensor<?x2xf32> into tensor<?x4xf32>
  %3 = tensor.insert_slice %0 into %t[0, %i] [%i, 2] [1, 1] : tensor<?x2xf32> into tensor<?x4xf32>
  %4 = tensor.insert_slice %1 into %t[0, 0][1, 4][1, 1] : tensor<4xf32> into tensor<?x4xf32>
  return
}
// -----
func.func @shapes(%i: index, %t: tensor<?x4xf32>, %one: tensor<1xf32>) {
  %0 = tensor.expand_shape %t [[0, 1], [2]] output_shape [%i, 2, 4] : tensor<?x4xf32> into tensor<?x2x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<?x2x4xf32> into tensor<?x4xf32>
  %2 = tensor.collapse_shape %one [] : tensor<1xf32> into tensor<f32>
  %3 = tensor.expand_shape %2 [] output_shape [1] {my.hint} : tensor<f32> into tensor<1xf32>
  return
}
// -----
func.func @regions(%i: index, %s: f32, %t: tensor<?x4xf32>) {
  %0 = tensor.pad %t low[0, %i] high[%i, 0] {
  ^bb0(%x: index, %y: index):
    tensor.yield %s : f32
  } : tensor<?x4xf32> to tensor<?x?xf32>
  %1 = tensor.pad %t nofold low[0, 1] high[2, 0] {
  ^bb0(%x: index, %y: index):
    %zero = arith.constant 0.0 : f32
    tensor.yield %zero : f32
  } {my.hint = 1 : i64} : tensor<?x4xf32> to tensor<?x5xf32>
  %4 = tensor.pad %t low[%i, %i] high[0, %i] {
  ^bb0(%x: index, %y: index):
    tensor.yield %s : f32
  } : tensor<?x4xf32> to tensor<?x?xf32>
  %2 = tensor.generate %i {
  ^bb0(%x: index, %y: index):
    %sum = arith.addi %x, %y : index
    %n = arith.index_cast %sum : index to i32
    %f = arith.sitofp %n : i32 to f32
    tensor.yield %f : f32
  } : tensor<?x4xf32>
  %3 = tensor.generate {
  ^bb0(%x: index):
    tensor.yield %s : f32
  } {my.hint} : tensor<8xf32>
  return
}
// -----
func.func @gathers(%t: tensor<4x16xf32>, %i: tensor<1x2xindex>, %u: tensor<1x1x1xf32>) {
  %0 = tensor.gather %t[%i] gather_dims([0, 1]) unique : (tensor<4x16xf32>, tensor<1x2xindex>) -> tensor<1xf32>
  %1 = tensor.gather %t[%i] gather_dims([0, 1]) : (tensor<4x16xf32>, tensor<1x2xindex>) -> tensor<1x1x1xf32>
  %2 = tensor.scatter %1 into %t[%i] scatter_dims([0, 1]) unique : (tensor<1x1x1xf32>, tensor<4x16xf32>, tensor<1x2xindex>) -> tensor<4x16xf32>
  return
}
