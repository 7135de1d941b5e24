// Elements taken from a table by computed places.

func.func @rows(%table: tensor<11x6xf32>, %ids: tensor<?xi64>) -> tensor<?x6xf32> {
  %d0 = arith.constant 0 : index
  %n = tensor.dim %ids, %d0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<?xi64>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%id: i64, %out: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %v = tensor.extract %table[%row, %column] : tensor<11x6xf32>
    linalg.yield %v : f32
  } -> tensor<?x6xf32>
  return %r : tensor<?x6xf32>
}

// The row comes from the data, and the column also: each column picks its row.
func.func @one_per_column(%table: tensor<2x5xi64>, %ids: tensor<5xi64>) -> tensor<3x5xi64> {
  %e = tensor.empty() : tensor<3x5xi64>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<5xi64>) outs(%e : tensor<3x5xi64>) {
  ^bb0(%id: i64, %out: i64):
    %column = linalg.index 1 : index
    %row = arith.index_cast %id : i64 to index
    %v = tensor.extract %table[%row, %column] : tensor<2x5xi64>
    linalg.yield %v : i64
  } -> tensor<3x5xi64>
  return %r : tensor<3x5xi64>
}

// Places below zero count from the end.
func.func @from_the_end(%table: tensor<?xf32>, %ids: tensor<4xi32>) -> tensor<4xf32> {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %size = tensor.dim %table, %d0 : tensor<?xf32>
  %size32 = arith.index_cast %size : index to i32
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%ids : tensor<4xi32>) outs(%e : tensor<4xf32>) {
  ^bb0(%id: i32, %out: f32):
    %negative = arith.cmpi slt, %id, %zero : i32
    %wrapped = arith.addi %id, %size32 : i32
    %chosen = arith.select %negative, %wrapped, %id : i32
    %place = arith.index_cast %chosen : i32 to index
    %v = tensor.extract %table[%place] : tensor<?xf32>
    linalg.yield %v : f32
  } -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// A piece in the middle, back to front.
func.func @reversed_piece(%x: tensor<3x6x2xf32>) -> tensor<3x4x2xf32> {
  %s = tensor.extract_slice %x[0, 1, 0] [3, 4, 2] [1, 1, 1] : tensor<3x6x2xf32> to tensor<3x4x2xf32>
  %three = arith.constant 3 : index
  %e = tensor.empty() : tensor<3x4x2xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%e : tensor<3x4x2xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %back = arith.subi %three, %j : index
    %v = tensor.extract %s[%i, %back, %k] : tensor<3x4x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x4x2xf32>
  return %r : tensor<3x4x2xf32>
}

func.func @diagonal(%x: tensor<5x5xf32>) -> tensor<5xf32> {
  %e = tensor.empty() : tensor<5xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0, d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x : tensor<5x5xf32>) outs(%e : tensor<5xf32>) {
  ^bb0(%v: f32, %out: f32):
    linalg.yield %v : f32
  } -> tensor<5xf32>
  return %r : tensor<5xf32>
}

func.func @one_hot(%ids: tensor<4xi32>) -> tensor<4x6xf32> {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<4x6xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<4xi32>) outs(%e : tensor<4x6xf32>) {
  ^bb0(%id: i32, %out: f32):
    %j = linalg.index 1 : index
    %j32 = arith.index_cast %j : index to i32
    %same = arith.cmpi eq, %j32, %id : i32
    %v = arith.select %same, %one, %zero : f32
    linalg.yield %v : f32
  } -> tensor<4x6xf32>
  return %r : tensor<4x6xf32>
}

// The places around a ring: remainders of index sums.
func.func @rolled(%x: tensor<7xi32>, %by: i32) -> tensor<7xi32> {
  %seven = arith.constant 7 : index
  %shift = arith.index_cast %by : i32 to index
  %e = tensor.empty() : tensor<7xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%e : tensor<7xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %0 = arith.addi %i, %shift : index
    %1 = arith.remui %0, %seven : index
    %v = tensor.extract %x[%1] : tensor<7xi32>
    linalg.yield %v : i32
  } -> tensor<7xi32>
  return %r : tensor<7xi32>
}
