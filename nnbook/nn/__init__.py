"""torch.nn, rebuilt from scratch: each name here is the drop-in twin of the one in torch.nn.

>>> from torch import nn
>>> from nnbook import nn as scratch
>>> scratch.Linear(2, 1).load_state_dict(nn.Linear(2, 1).state_dict())
<All keys matched successfully>
"""

from nnbook.nn import functional, init
from nnbook.nn.activation import *
from nnbook.nn.container import *
from nnbook.nn.conv import *
from nnbook.nn.dropout import *
from nnbook.nn.embedding import *
from nnbook.nn.interop import *
from nnbook.nn.linear import *
from nnbook.nn.loss import *
from nnbook.nn.module import *
from nnbook.nn.normalization import *
from nnbook.nn.parameter import *
from nnbook.nn.recurrent import *
