// What a module is made of: functions that call each other, arguments nobody reads, constants of all kinds, nothing at all.

util.global private @scale = dense<[0.5, 2.0, -1.0]> : tensor<3xf32>

func.func private @doubled(%x: tensor<?xf32>) -> tensor<?xf32> {
  %r = arith.addf %x, %x : tensor<?xf32>
  return %r : tensor<?xf32>
}

func.func private @sum_and_difference(%x: tensor<?xf32>, %y: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %s = arith.addf %x, %y : tensor<?xf32>
  %d = arith.subf %x, %y : tensor<?xf32>
  return %s, %d : tensor<?xf32>, tensor<?xf32>
}

func.func @calls(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %0 = call @doubled(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %1 = call @doubled(%0) : (tensor<?xf32>) -> tensor<?xf32>
  %2:2 = call @sum_and_difference(%1, %x) : (tensor<?xf32>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %2#0, %2#1 : tensor<?xf32>, tensor<?xf32>
}

func.func @first_unread(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  return %y : tensor<4xf32>
}

func.func @forty_two() -> i32 {
  %r = arith.constant 42 : i32
  return %r : i32
}

func.func @scaled(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %s = util.global.load @scale : tensor<3xf32>
  %e = tensor.empty() : tensor<2x3xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
      ins(%x, %s : tensor<2x3xf32>, tensor<3xf32>) outs(%e : tensor<2x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %m = arith.mulf %a, %b : f32
    linalg.yield %m : f32
  } -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}

func.func @filled(%like: tensor<?x?xi64>) -> (tensor<?x?xi64>, tensor<?x?xi64>) {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %m = tensor.dim %like, %d0 : tensor<?x?xi64>
  %n = tensor.dim %like, %d1 : tensor<?x?xi64>
  %least = arith.constant -9223372036854775808 : i64
  %most = arith.constant 9223372036854775807 : i64
  %e = tensor.empty(%m, %n) : tensor<?x?xi64>
  %a = linalg.fill ins(%least : i64) outs(%e : tensor<?x?xi64>) -> tensor<?x?xi64>
  %b = linalg.fill ins(%most : i64) outs(%e : tensor<?x?xi64>) -> tensor<?x?xi64>
  return %a, %b : tensor<?x?xi64>, tensor<?x?xi64>
}

func.func @two_results(%x: tensor<3x4xi32>, %y: tensor<3x4xi32>) -> (tensor<3x4xi32>, tensor<3x4xi32>) {
  %e = tensor.empty() : tensor<3x4xi32>
  %r:2 = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<3x4xi32>, tensor<3x4xi32>) outs(%e, %e : tensor<3x4xi32>, tensor<3x4xi32>) {
  ^bb0(%a: i32, %b: i32, %o0: i32, %o1: i32):
    %s = arith.subi %a, %b : i32
    %p = arith.muli %a, %s : i32
    linalg.yield %s, %p : i32, i32
  } -> (tensor<3x4xi32>, tensor<3x4xi32>)
  return %r#0, %r#1 : tensor<3x4xi32>, tensor<3x4xi32>
}

// Numbers without dims, each op a body of its own.
#none = affine_map<() -> ()>
func.func @single_numbers(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %e = tensor.empty() : tensor<f32>
  %0 = linalg.generic {indexing_maps = [#none, #none, #none], iterator_types = []}
      ins(%a, %b : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  %1 = linalg.generic {indexing_maps = [#none, #none, #none], iterator_types = []}
      ins(%0, %c : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %s = arith.subf %y, %x : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}

func.func @constants() -> (tensor<2x3xf32>, tensor<4xi16>, tensor<2x2xi1>, tensor<2x2xf32>, tensor<3xbf16>, tensor<2xi64>) {
  %0 = arith.constant dense<[[1.5, -2.0, 3.25e2], [0x7F800000, -0.0, 1.0e-3]]> : tensor<2x3xf32>
  %1 = arith.constant dense<[-32768, 32767, 0, -1]> : tensor<4xi16>
  %2 = arith.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  %3 = arith.constant dense<"0x0000803F000000400000404000008040"> : tensor<2x2xf32>
  %4 = arith.constant dense<[1.0, 0.1, -3.0e38]> : tensor<3xbf16>
  %5 = arith.constant dense<"0x0100000000000000FFFFFFFFFFFFFFFF"> : tensor<2xi64>
  return %0, %1, %2, %3, %4, %5 : tensor<2x3xf32>, tensor<4xi16>, tensor<2x2xi1>, tensor<2x2xf32>, tensor<3xbf16>, tensor<2xi64>
}

// No rows, or no depth: a product of nothing is zero.
func.func @of_nothing(%a: tensor<?x?xf32>, %b: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %m = tensor.dim %a, %d0 : tensor<?x?xf32>
  %e = tensor.empty(%m) : tensor<?x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %r = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

func.func @halves_of_nothing(%x: tensor<0x3xf32>) -> (tensor<0x3xf32>, tensor<3xf32>) {
  %half = arith.constant dense<0.5> : tensor<0x3xf32>
  %zero = arith.constant 0.0 : f32
  %r = arith.mulf %x, %half : tensor<0x3xf32>
  %e = tensor.empty() : tensor<3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %s = linalg.reduce {arith.addf} ins(%x : tensor<0x3xf32>) outs(%f : tensor<3xf32>) dimensions = [0]
  return %r, %s : tensor<0x3xf32>, tensor<3xf32>
}

// A maker of test data that is told the sizes it shall make.
func.func private @numbers(%rows: index, %columns: index) -> tensor<?x?xi32> {
  %e = tensor.empty(%rows, %columns) : tensor<?x?xi32>
  %r = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<?x?xi32>) {
  ^bb0(%out: i32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %0 = arith.muli %i, %columns : index
    %1 = arith.addi %0, %j : index
    %2 = arith.index_cast %1 : index to i32
    linalg.yield %2 : i32
  } -> tensor<?x?xi32>
  return %r : tensor<?x?xi32>
}

func.func @made() -> (tensor<5x4xi32>, tensor<2x3xi32>) {
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %four = arith.constant 4 : index
  %five = arith.constant 5 : index
  %0 = call @numbers(%five, %four) : (index, index) -> tensor<?x?xi32>
  %1 = tensor.cast %0 : tensor<?x?xi32> to tensor<5x4xi32>
  %2 = call @numbers(%two, %three) : (index, index) -> tensor<?x?xi32>
  %3 = tensor.cast %2 : tensor<?x?xi32> to tensor<2x3xi32>
  return %1, %3 : tensor<5x4xi32>, tensor<2x3xi32>
}
