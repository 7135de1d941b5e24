// Shapes taken apart and put together, joined, padded, turned, repeated.

func.func @flat_i32(%x: tensor<1x5xi32>) -> tensor<5xi32> {
  %r = tensor.collapse_shape %x [[0, 1]] : tensor<1x5xi32> into tensor<5xi32>
  return %r : tensor<5xi32>
}

func.func @flat_i64(%x: tensor<2x3x4xi64>) -> tensor<6x4xi64> {
  %r = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x3x4xi64> into tensor<6x4xi64>
  return %r : tensor<6x4xi64>
}

func.func @split(%x: tensor<12xi64>) -> tensor<1x3x4xi64> {
  %r = tensor.expand_shape %x [[0, 1, 2]] output_shape [1, 3, 4] : tensor<12xi64> into tensor<1x3x4xi64>
  return %r : tensor<1x3x4xi64>
}

func.func @split_unknown(%x: tensor<?x6xf32>) -> tensor<?x3x2x2xf32> {
  %d0 = arith.constant 0 : index
  %three = arith.constant 3 : index
  %n = tensor.dim %x, %d0 : tensor<?x6xf32>
  %k = arith.divui %n, %three : index
  %r = tensor.expand_shape %x [[0, 1], [2, 3]] output_shape [%k, 3, 3, 2] : tensor<?x6xf32> into tensor<?x3x3x2xf32>
  %f = tensor.collapse_shape %r [[0], [1, 2, 3]] : tensor<?x3x3x2xf32> into tensor<?x18xf32>
  %s = tensor.extract_slice %f[0, 6] [%k, 12] [1, 1] : tensor<?x18xf32> to tensor<?x12xf32>
  %t = tensor.expand_shape %s [[0], [1, 2, 3]] output_shape [%k, 3, 2, 2] : tensor<?x12xf32> into tensor<?x3x2x2xf32>
  return %t : tensor<?x3x2x2xf32>
}

func.func @flat_unknown(%x: tensor<?x3x?xf32>) -> tensor<?xf32> {
  %r = tensor.collapse_shape %x [[0, 1, 2]] : tensor<?x3x?xf32> into tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func @forgetting(%x: tensor<2x7xf32>) -> tensor<2x7xf32> {
  %0 = tensor.cast %x : tensor<2x7xf32> to tensor<2x?xf32>
  %1 = tensor.cast %0 : tensor<2x?xf32> to tensor<?x?xf32>
  %2 = tensor.cast %1 : tensor<?x?xf32> to tensor<2x7xf32>
  return %2 : tensor<2x7xf32>
}

func.func @join_bytes(%x: tensor<2xi8>, %y: tensor<3xi8>) -> tensor<5xi8> {
  %r = tensor.concat dim(0) %x, %y : (tensor<2xi8>, tensor<3xi8>) -> tensor<5xi8>
  return %r : tensor<5xi8>
}

func.func @join_shorts(%x: tensor<1xi16>, %y: tensor<1xi16>) -> tensor<2xi16> {
  %r = tensor.concat dim(0) %x, %y : (tensor<1xi16>, tensor<1xi16>) -> tensor<2xi16>
  return %r : tensor<2xi16>
}

func.func @join_columns(%x: tensor<3x2xi32>, %y: tensor<3x4xi32>, %z: tensor<3x1xi32>) -> tensor<3x7xi32> {
  %r = tensor.concat dim(1) %x, %y, %z : (tensor<3x2xi32>, tensor<3x4xi32>, tensor<3x1xi32>) -> tensor<3x7xi32>
  return %r : tensor<3x7xi32>
}

func.func @join_unknown(%x: tensor<?x3xf32>, %y: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %r = tensor.concat dim(0) %x, %y : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %r : tensor<?x3xf32>
}

func.func @framed(%x: tensor<3x4xi8>) -> tensor<6x9xi8> {
  %v = arith.constant -3 : i8
  %r = tensor.pad %x low[1, 0] high[2, 5] {
  ^bb0(%i: index, %j: index):
    tensor.yield %v : i8
  } : tensor<3x4xi8> to tensor<6x9xi8>
  return %r : tensor<6x9xi8>
}

func.func @framed_to_multiple(%x: tensor<?x3xf32>, %v: f32) -> tensor<?x4xf32> {
  %d0 = arith.constant 0 : index
  %four = arith.constant 4 : index
  %n = tensor.dim %x, %d0 : tensor<?x3xf32>
  %blocks = arith.ceildivui %n, %four : index
  %whole = arith.muli %blocks, %four : index
  %missing = arith.subi %whole, %n : index
  %r = tensor.pad %x low[0, 0] high[%missing, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %v : f32
  } : tensor<?x3xf32> to tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

func.func @turned_small(%x: tensor<3x3xi32>) -> tensor<3x3xi32> {
  %e = tensor.empty() : tensor<3x3xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<3x3xi32>) outs(%e : tensor<3x3xi32>) {
  ^bb0(%v: i32, %out: i32):
    linalg.yield %v : i32
  } -> tensor<3x3xi32>
  return %r : tensor<3x3xi32>
}

func.func @turned_uneven(%x: tensor<35x67xi32>) -> tensor<67x35xi32> {
  %e = tensor.empty() : tensor<67x35xi32>
  %r = linalg.transpose ins(%x : tensor<35x67xi32>) outs(%e : tensor<67x35xi32>) permutation = [1, 0]
  return %r : tensor<67x35xi32>
}

func.func @turned_cube(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %e = tensor.empty() : tensor<4x2x3xf32>
  %r = linalg.transpose ins(%x : tensor<2x3x4xf32>) outs(%e : tensor<4x2x3xf32>) permutation = [2, 0, 1]
  return %r : tensor<4x2x3xf32>
}

func.func @turned_unknown(%x: tensor<?x4x?x2xf32>) -> tensor<?x2x?x4xf32> {
  %d0 = arith.constant 0 : index
  %d2 = arith.constant 2 : index
  %a = tensor.dim %x, %d0 : tensor<?x4x?x2xf32>
  %b = tensor.dim %x, %d2 : tensor<?x4x?x2xf32>
  %e = tensor.empty(%b, %a) : tensor<?x2x?x4xf32>
  %r = linalg.transpose ins(%x : tensor<?x4x?x2xf32>) outs(%e : tensor<?x2x?x4xf32>) permutation = [2, 3, 0, 1]
  return %r : tensor<?x2x?x4xf32>
}

func.func @repeated(%x: tensor<3x?xf32>) -> tensor<2x3x5x?xf32> {
  %d1 = arith.constant 1 : index
  %n = tensor.dim %x, %d1 : tensor<3x?xf32>
  %e = tensor.empty(%n) : tensor<2x3x5x?xf32>
  %r = linalg.broadcast ins(%x : tensor<3x?xf32>) outs(%e : tensor<2x3x5x?xf32>) dimensions = [0, 2]
  return %r : tensor<2x3x5x?xf32>
}

func.func @listed(%a: f32, %b: f32) -> tensor<3xf32> {
  %r = tensor.from_elements %a, %b, %b : tensor<3xf32>
  return %r : tensor<3xf32>
}

func.func @everywhere(%a: i32) -> tensor<3x2xi32> {
  %e = tensor.empty() : tensor<3x2xi32>
  %r = linalg.fill ins(%a : i32) outs(%e : tensor<3x2xi32>) -> tensor<3x2xi32>
  return %r : tensor<3x2xi32>
}
