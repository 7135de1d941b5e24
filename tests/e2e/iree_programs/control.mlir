// Loops and branches.

// The number of steps of 3n + 1 and n / 2 until 1.
func.func @collatz(%n: tensor<f32>) -> tensor<f32> {
  %start = tensor.extract %n[] : tensor<f32>
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %three = arith.constant 3.0 : f32
  %r:2 = scf.while (%count = %zero, %v = %start) : (f32, f32) -> (f32, f32) {
    %go = arith.cmpf ogt, %v, %one : f32
    scf.condition(%go) %count, %v : f32, f32
  } do {
  ^bb0(%count: f32, %v: f32):
    %next = arith.addf %count, %one : f32
    %rest = arith.remf %v, %two : f32
    %odd = arith.cmpf une, %rest, %zero : f32
    %w = scf.if %odd -> f32 {
      %a = arith.mulf %v, %three : f32
      %b = arith.addf %a, %one : f32
      scf.yield %b : f32
    } else {
      %a = arith.divf %v, %two : f32
      scf.yield %a : f32
    }
    scf.yield %next, %w : f32, f32
  }
  %t = tensor.from_elements %r#0 : tensor<f32>
  return %t : tensor<f32>
}

// Doubled while it is below a limit; never, if it is not to begin with.
func.func @doubled(%x: tensor<i32>, %limit: tensor<i32>) -> tensor<i32> {
  %l = tensor.extract %limit[] : tensor<i32>
  %r = scf.while (%v = %x) : (tensor<i32>) -> tensor<i32> {
    %e = tensor.extract %v[] : tensor<i32>
    %go = arith.cmpi slt, %e, %l : i32
    scf.condition(%go) %v : tensor<i32>
  } do {
  ^bb0(%v: tensor<i32>):
    %i = tensor.empty() : tensor<i32>
    %s = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []}
        ins(%v : tensor<i32>) outs(%i : tensor<i32>) {
    ^bb0(%a: i32, %out: i32):
      %b = arith.addi %a, %a : i32
      linalg.yield %b : i32
    } -> tensor<i32>
    scf.yield %s : tensor<i32>
  }
  return %r : tensor<i32>
}

// Fibonacci numbers: the n-th and the one after it.
func.func @fibonacci(%n: i32) -> (i32, i32) {
  %zero = arith.constant 0 : i32
  %one = arith.constant 1 : i32
  %lower = arith.constant 0 : index
  %step = arith.constant 1 : index
  %upper = arith.index_cast %n : i32 to index
  %r:2 = scf.for %i = %lower to %upper step %step iter_args(%a = %zero, %b = %one) -> (i32, i32) {
    %c = arith.addi %a, %b : i32
    scf.yield %b, %c : i32, i32
  }
  return %r#0, %r#1 : i32, i32
}

// A recurrence over the rows of x, as a recurrent layer has it: h = tanh(row · w + h · u), all of which are kept.
func.func @recurrent(%x: tensor<5x4xf32>, %w: tensor<4x6xf32>, %u: tensor<6x6xf32>) -> (tensor<1x6xf32>, tensor<5x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c5 = arith.constant 5 : index
  %empty = tensor.empty() : tensor<1x6xf32>
  %first = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x6xf32>) -> tensor<1x6xf32>
  %rows = tensor.empty() : tensor<5x6xf32>
  %none = linalg.fill ins(%zero : f32) outs(%rows : tensor<5x6xf32>) -> tensor<5x6xf32>
  %r:2 = scf.for %t = %c0 to %c5 step %c1 iter_args(%h = %first, %all = %none) -> (tensor<1x6xf32>, tensor<5x6xf32>) {
    %row = tensor.extract_slice %x[%t, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<1x4xf32>
    %a = linalg.matmul ins(%row, %w : tensor<1x4xf32>, tensor<4x6xf32>) outs(%first : tensor<1x6xf32>) -> tensor<1x6xf32>
    %b = linalg.matmul ins(%h, %u : tensor<1x6xf32>, tensor<6x6xf32>) outs(%a : tensor<1x6xf32>) -> tensor<1x6xf32>
    %next = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
        ins(%b : tensor<1x6xf32>) outs(%empty : tensor<1x6xf32>) {
    ^bb0(%e: f32, %out: f32):
      %y = math.tanh %e : f32
      linalg.yield %y : f32
    } -> tensor<1x6xf32>
    %kept = tensor.insert_slice %next into %all[%t, 0] [1, 6] [1, 1] : tensor<1x6xf32> into tensor<5x6xf32>
    scf.yield %next, %kept : tensor<1x6xf32>, tensor<5x6xf32>
  }
  return %r#0, %r#1 : tensor<1x6xf32>, tensor<5x6xf32>
}

// The product of x with itself, or x, whichever the flag says, and how many of three are set.
func.func @branches(%x: tensor<3x3xf32>, %flags: tensor<3xi1>) -> (tensor<3x3xf32>, i64) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %n0 = arith.constant 0 : i64
  %n1 = arith.constant 1 : i64
  %flag = tensor.extract %flags[%c0] : tensor<3xi1>
  %y = scf.if %flag -> tensor<3x3xf32> {
    %e = tensor.empty() : tensor<3x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x3xf32>) -> tensor<3x3xf32>
    %p = linalg.matmul ins(%x, %x : tensor<3x3xf32>, tensor<3x3xf32>) outs(%f : tensor<3x3xf32>) -> tensor<3x3xf32>
    scf.yield %p : tensor<3x3xf32>
  } else {
    scf.yield %x : tensor<3x3xf32>
  }
  %count = scf.for %i = %c0 to %c3 step %c1 iter_args(%n = %n0) -> i64 {
    %set = tensor.extract %flags[%i] : tensor<3xi1>
    %m = scf.if %set -> i64 {
      %k = arith.addi %n, %n1 : i64
      scf.yield %k : i64
    } else {
      scf.yield %n : i64
    }
    scf.yield %m : i64
  }
  return %y, %count : tensor<3x3xf32>, i64
}

// A loop in a loop: Newton's method for each of the square roots, until one step moves it by little.
func.func @roots(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %half = arith.constant 0.5 : f32
  %little = arith.constant 1.0e-3 : f32
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%all = %x) -> tensor<4xf32> {
    %v = tensor.extract %x[%i] : tensor<4xf32>
    %root:2 = scf.while (%a = %v, %moved = %v) : (f32, f32) -> (f32, f32) {
      %go = arith.cmpf ogt, %moved, %little : f32
      scf.condition(%go) %a, %moved : f32, f32
    } do {
    ^bb0(%a: f32, %moved: f32):
      %q = arith.divf %v, %a : f32
      %s = arith.addf %a, %q : f32
      %b = arith.mulf %s, %half : f32
      %d = arith.subf %a, %b : f32
      %m = math.absf %d : f32
      scf.yield %b, %m : f32, f32
    }
    %one = tensor.from_elements %root#0 : tensor<1xf32>
    %kept = tensor.insert_slice %one into %all[%i] [1] [1] : tensor<1xf32> into tensor<4xf32>
    scf.yield %kept : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}
