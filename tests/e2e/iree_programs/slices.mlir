// Parts of tensors: offsets, steps, sizes known at run time only, dims that vanish.

func.func @middle(%x: tensor<9xi32>) -> tensor<4xi32> {
  %r = tensor.extract_slice %x[3] [4] [1] : tensor<9xi32> to tensor<4xi32>
  return %r : tensor<4xi32>
}

func.func @middle_of_i64(%x: tensor<9xi64>) -> tensor<2xi64> {
  %r = tensor.extract_slice %x[1] [2] [1] : tensor<9xi64> to tensor<2xi64>
  return %r : tensor<2xi64>
}

func.func @every_second(%x: tensor<9xi32>) -> tensor<3xi32> {
  %r = tensor.extract_slice %x[2] [3] [2] : tensor<9xi32> to tensor<3xi32>
  return %r : tensor<3xi32>
}

// A grid of numbers made in place, cut with steps; its twin is computed directly.
func.func @grid() -> (tensor<20x15xi32>, tensor<20x15xi32>) {
  %width = arith.constant 90 : i32
  %e = tensor.empty() : tensor<70x90xi32>
  %all = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<70x90xi32>) {
  ^bb0(%out: i32):
    %row = linalg.index 0 : index
    %column = linalg.index 1 : index
    %r32 = arith.index_cast %row : index to i32
    %c32 = arith.index_cast %column : index to i32
    %start = arith.muli %r32, %width : i32
    %n = arith.addi %start, %c32 : i32
    linalg.yield %n : i32
  } -> tensor<70x90xi32>
  %cut = tensor.extract_slice %all[7, 11] [20, 15] [3, 5] : tensor<70x90xi32> to tensor<20x15xi32>
  %e2 = tensor.empty() : tensor<20x15xi32>
  %direct = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]} outs(%e2 : tensor<20x15xi32>) {
  ^bb0(%out: i32):
    %row = linalg.index 0 : index
    %column = linalg.index 1 : index
    %three = arith.constant 3 : index
    %five = arith.constant 5 : index
    %seven = arith.constant 7 : index
    %eleven = arith.constant 11 : index
    %w = arith.constant 90 : index
    %0 = arith.muli %row, %three : index
    %1 = arith.addi %0, %seven : index
    %2 = arith.muli %column, %five : index
    %3 = arith.addi %2, %eleven : index
    %4 = arith.muli %1, %w : index
    %5 = arith.addi %4, %3 : index
    %6 = arith.index_cast %5 : index to i32
    linalg.yield %6 : i32
  } -> tensor<20x15xi32>
  return %cut, %direct : tensor<20x15xi32>, tensor<20x15xi32>
}

func.func @all_but_the_ends(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  %d0 = arith.constant 0 : index
  %two = arith.constant 2 : index
  %n = tensor.dim %x, %d0 : tensor<?x5xf32>
  %k = arith.subi %n, %two : index
  %r = tensor.extract_slice %x[1, 0] [%k, 5] [1, 1] : tensor<?x5xf32> to tensor<?x5xf32>
  return %r : tensor<?x5xf32>
}

func.func @one_row(%x: tensor<4x6xf32>) -> tensor<6xf32> {
  %r = tensor.extract_slice %x[2, 0] [1, 6] [1, 1] : tensor<4x6xf32> to tensor<6xf32>
  return %r : tensor<6xf32>
}

func.func @put(%x: tensor<8x9xi32>, %part: tensor<3x4xi32>) -> tensor<8x9xi32> {
  %r = tensor.insert_slice %part into %x[4, 2] [3, 4] [1, 1] : tensor<3x4xi32> into tensor<8x9xi32>
  return %r : tensor<8x9xi32>
}

func.func @put_row(%x: tensor<4x6xf32>, %row: tensor<6xf32>) -> tensor<4x6xf32> {
  %r = tensor.insert_slice %row into %x[1, 0] [1, 6] [1, 1] : tensor<6xf32> into tensor<4x6xf32>
  return %r : tensor<4x6xf32>
}

// Cut with steps, added, put back with steps.
func.func @combs(%x: tensor<11x13xi32>, %y: tensor<13x12xi32>, %into: tensor<9x14xi32>) -> tensor<9x14xi32> {
  %a = tensor.extract_slice %x[1, 2] [4, 3] [2, 4] : tensor<11x13xi32> to tensor<4x3xi32>
  %b = tensor.extract_slice %y[0, 3] [4, 3] [4, 3] : tensor<13x12xi32> to tensor<4x3xi32>
  %e = tensor.empty() : tensor<4x3xi32>
  %s = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%a, %b : tensor<4x3xi32>, tensor<4x3xi32>) outs(%e : tensor<4x3xi32>) {
  ^bb0(%p: i32, %q: i32, %out: i32):
    %t = arith.addi %p, %q : i32
    linalg.yield %t : i32
  } -> tensor<4x3xi32>
  %r = tensor.insert_slice %s into %into[1, 0] [4, 3] [2, 5] : tensor<4x3xi32> into tensor<9x14xi32>
  return %r : tensor<9x14xi32>
}

func.func @one_element(%x: tensor<5x4xf32>) -> f32 {
  %i = arith.constant 3 : index
  %j = arith.constant 1 : index
  %v = tensor.extract %x[%i, %j] : tensor<5x4xf32>
  %w = arith.addf %v, %v : f32
  return %w : f32
}

func.func @one_element_put(%x: tensor<9xf32>) -> tensor<9xf32> {
  %from = arith.constant 2 : index
  %to = arith.constant 7 : index
  %v = tensor.extract %x[%from] : tensor<9xf32>
  %w = arith.addf %v, %v : f32
  %r = tensor.insert %w into %x[%to] : tensor<9xf32>
  return %r : tensor<9xf32>
}
