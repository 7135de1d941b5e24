// Blocks, as convert-scf-to-cf leaves them.
#map = affine_map<() -> ()>
#map1 = affine_map<(d0, d1) -> (d0, d1)>
module {
  func.func @collatz(%arg0: tensor<f32>) -> tensor<f32> {
    %extracted = tensor.extract %arg0[] : tensor<f32>
    %cst = arith.constant 0.000000e+00 : f32
    %cst_0 = arith.constant 1.000000e+00 : f32
    %cst_1 = arith.constant 2.000000e+00 : f32
    %cst_2 = arith.constant 3.000000e+00 : f32
    cf.br ^bb1(%cst, %extracted : f32, f32)
  ^bb1(%0: f32, %1: f32):  // 2 preds: ^bb0, ^bb6
    %2 = arith.cmpf ogt, %1, %cst_0 : f32
    cf.cond_br %2, ^bb2(%0, %1 : f32, f32), ^bb7
  ^bb2(%3: f32, %4: f32):  // pred: ^bb1
    %5 = arith.addf %3, %cst_0 : f32
    %6 = arith.remf %4, %cst_1 : f32
    %7 = arith.cmpf une, %6, %cst : f32
    cf.cond_br %7, ^bb3, ^bb4
  ^bb3:  // pred: ^bb2
    %8 = arith.mulf %4, %cst_2 : f32
    %9 = arith.addf %8, %cst_0 : f32
    cf.br ^bb5(%9 : f32)
  ^bb4:  // pred: ^bb2
    %10 = arith.divf %4, %cst_1 : f32
    cf.br ^bb5(%10 : f32)
  ^bb5(%11: f32):  // 2 preds: ^bb3, ^bb4
    cf.br ^bb6
  ^bb6:  // pred: ^bb5
    cf.br ^bb1(%5, %11 : f32, f32)
  ^bb7:  // pred: ^bb1
    %from_elements = tensor.from_elements %0 : tensor<f32>
    return %from_elements : tensor<f32>
  }
  func.func @doubled(%arg0: tensor<i32>, %arg1: tensor<i32>) -> tensor<i32> {
    %extracted = tensor.extract %arg1[] : tensor<i32>
    cf.br ^bb1(%arg0 : tensor<i32>)
  ^bb1(%0: tensor<i32>):  // 2 preds: ^bb0, ^bb2
    %extracted_0 = tensor.extract %0[] : tensor<i32>
    %1 = arith.cmpi slt, %extracted_0, %extracted : i32
    cf.cond_br %1, ^bb2(%0 : tensor<i32>), ^bb3
  ^bb2(%2: tensor<i32>):  // pred: ^bb1
    %3 = tensor.empty() : tensor<i32>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = []} ins(%2 : tensor<i32>) outs(%3 : tensor<i32>) {
    ^bb0(%in: i32, %out: i32):
      %5 = arith.addi %in, %in : i32
      linalg.yield %5 : i32
    } -> tensor<i32>
    cf.br ^bb1(%4 : tensor<i32>)
  ^bb3:  // pred: ^bb1
    return %0 : tensor<i32>
  }
  func.func @fibonacci(%arg0: i32) -> (i32, i32) {
    %c0_i32 = arith.constant 0 : i32
    %c1_i32 = arith.constant 1 : i32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %0 = arith.index_cast %arg0 : i32 to index
    cf.br ^bb1(%c0, %c0_i32, %c1_i32 : index, i32, i32)
  ^bb1(%1: index, %2: i32, %3: i32):  // 2 preds: ^bb0, ^bb2
    %4 = arith.cmpi slt, %1, %0 : index
    cf.cond_br %4, ^bb2, ^bb3
  ^bb2:  // pred: ^bb1
    %5 = arith.addi %2, %3 : i32
    %6 = arith.addi %1, %c1 : index
    cf.br ^bb1(%6, %3, %5 : index, i32, i32)
  ^bb3:  // pred: ^bb1
    return %2, %3 : i32, i32
  }
  func.func @recurrent(%arg0: tensor<5x4xf32>, %arg1: tensor<4x6xf32>, %arg2: tensor<6x6xf32>) -> (tensor<1x6xf32>, tensor<5x6xf32>) {
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c5 = arith.constant 5 : index
    %0 = tensor.empty() : tensor<1x6xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x6xf32>) -> tensor<1x6xf32>
    %2 = tensor.empty() : tensor<5x6xf32>
    %3 = linalg.fill ins(%cst : f32) outs(%2 : tensor<5x6xf32>) -> tensor<5x6xf32>
    cf.br ^bb1(%c0, %1, %3 : index, tensor<1x6xf32>, tensor<5x6xf32>)
  ^bb1(%4: index, %5: tensor<1x6xf32>, %6: tensor<5x6xf32>):  // 2 preds: ^bb0, ^bb2
    %7 = arith.cmpi slt, %4, %c5 : index
    cf.cond_br %7, ^bb2, ^bb3
  ^bb2:  // pred: ^bb1
    %extracted_slice = tensor.extract_slice %arg0[%4, 0] [1, 4] [1, 1] : tensor<5x4xf32> to tensor<1x4xf32>
    %8 = linalg.matmul ins(%extracted_slice, %arg1 : tensor<1x4xf32>, tensor<4x6xf32>) outs(%1 : tensor<1x6xf32>) -> tensor<1x6xf32>
    %9 = linalg.matmul ins(%5, %arg2 : tensor<1x6xf32>, tensor<6x6xf32>) outs(%8 : tensor<1x6xf32>) -> tensor<1x6xf32>
    %10 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel"]} ins(%9 : tensor<1x6xf32>) outs(%0 : tensor<1x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %12 = math.tanh %in : f32
      linalg.yield %12 : f32
    } -> tensor<1x6xf32>
    %inserted_slice = tensor.insert_slice %10 into %6[%4, 0] [1, 6] [1, 1] : tensor<1x6xf32> into tensor<5x6xf32>
    %11 = arith.addi %4, %c1 : index
    cf.br ^bb1(%11, %10, %inserted_slice : index, tensor<1x6xf32>, tensor<5x6xf32>)
  ^bb3:  // pred: ^bb1
    return %5, %6 : tensor<1x6xf32>, tensor<5x6xf32>
  }
  func.func @branches(%arg0: tensor<3x3xf32>, %arg1: tensor<3xi1>) -> (tensor<3x3xf32>, i64) {
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c0_i64 = arith.constant 0 : i64
    %c1_i64 = arith.constant 1 : i64
    %extracted = tensor.extract %arg1[%c0] : tensor<3xi1>
    cf.cond_br %extracted, ^bb1, ^bb2
  ^bb1:  // pred: ^bb0
    %0 = tensor.empty() : tensor<3x3xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<3x3xf32>) -> tensor<3x3xf32>
    %2 = linalg.matmul ins(%arg0, %arg0 : tensor<3x3xf32>, tensor<3x3xf32>) outs(%1 : tensor<3x3xf32>) -> tensor<3x3xf32>
    cf.br ^bb3(%2 : tensor<3x3xf32>)
  ^bb2:  // pred: ^bb0
    cf.br ^bb3(%arg0 : tensor<3x3xf32>)
  ^bb3(%3: tensor<3x3xf32>):  // 2 preds: ^bb1, ^bb2
    cf.br ^bb4
  ^bb4:  // pred: ^bb3
    cf.br ^bb5(%c0, %c0_i64 : index, i64)
  ^bb5(%4: index, %5: i64):  // 2 preds: ^bb4, ^bb10
    %6 = arith.cmpi slt, %4, %c3 : index
    cf.cond_br %6, ^bb6, ^bb11
  ^bb6:  // pred: ^bb5
    %extracted_0 = tensor.extract %arg1[%4] : tensor<3xi1>
    cf.cond_br %extracted_0, ^bb7, ^bb8
  ^bb7:  // pred: ^bb6
    %7 = arith.addi %5, %c1_i64 : i64
    cf.br ^bb9(%7 : i64)
  ^bb8:  // pred: ^bb6
    cf.br ^bb9(%5 : i64)
  ^bb9(%8: i64):  // 2 preds: ^bb7, ^bb8
    cf.br ^bb10
  ^bb10:  // pred: ^bb9
    %9 = arith.addi %4, %c1 : index
    cf.br ^bb5(%9, %8 : index, i64)
  ^bb11:  // pred: ^bb5
    return %3, %5 : tensor<3x3xf32>, i64
  }
  func.func @roots(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %cst = arith.constant 5.000000e-01 : f32
    %cst_0 = arith.constant 1.000000e-03 : f32
    cf.br ^bb1(%c0, %arg0 : index, tensor<4xf32>)
  ^bb1(%0: index, %1: tensor<4xf32>):  // 2 preds: ^bb0, ^bb5
    %2 = arith.cmpi slt, %0, %c4 : index
    cf.cond_br %2, ^bb2, ^bb6
  ^bb2:  // pred: ^bb1
    %extracted = tensor.extract %arg0[%0] : tensor<4xf32>
    cf.br ^bb3(%extracted, %extracted : f32, f32)
  ^bb3(%3: f32, %4: f32):  // 2 preds: ^bb2, ^bb4
    %5 = arith.cmpf ogt, %4, %cst_0 : f32
    cf.cond_br %5, ^bb4(%3, %4 : f32, f32), ^bb5
  ^bb4(%6: f32, %7: f32):  // pred: ^bb3
    %8 = arith.divf %extracted, %6 : f32
    %9 = arith.addf %6, %8 : f32
    %10 = arith.mulf %9, %cst : f32
    %11 = arith.subf %6, %10 : f32
    %12 = math.absf %11 : f32
    cf.br ^bb3(%10, %12 : f32, f32)
  ^bb5:  // pred: ^bb3
    %from_elements = tensor.from_elements %3 : tensor<1xf32>
    %inserted_slice = tensor.insert_slice %from_elements into %1[%0] [1] [1] : tensor<1xf32> into tensor<4xf32>
    %13 = arith.addi %0, %c1 : index
    cf.br ^bb1(%13, %inserted_slice : index, tensor<4xf32>)
  ^bb6:  // pred: ^bb1
    return %1 : tensor<4xf32>
  }
}
