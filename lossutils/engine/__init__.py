"""What every loss shares, in the order in which a call goes through it.

rules      what an argument may be
shapes     how the arrays of a loss fit together
prepare    from the arguments of a call to flat arrays without the examples of weight 0
evaluate   the walk over the arrays: value and slope of each block, and the reduction
autograd   for torch: the slope as the backward pass
compiled   for torch.compile and torch.export: a loss as one operator
texts      what the docstrings say in the same words
"""
