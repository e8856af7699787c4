"""torch.nn, rebuilt from scratch: each name here is the drop-in twin of the one in torch.nn.

>>> from torch import nn
>>> from nnbook import nn as scratch
>>> scratch.Linear(2, 1).load_state_dict(nn.Linear(2, 1).state_dict())
<All keys matched successfully>
"""

from nnbook.nn import functional, init, utils
from nnbook.nn.activation import *
from nnbook.nn.adaptive import *
from nnbook.nn.adaptive_pooling import *
from nnbook.nn.attention import *
from nnbook.nn.average_pooling import *
from nnbook.nn.container import *
from nnbook.nn.conv import *
from nnbook.nn.cross_entropy import *
from nnbook.nn.ctc import *
from nnbook.nn.distance import *
from nnbook.nn.dropout import *
from nnbook.nn.embedding import *
from nnbook.nn.flatten import *
from nnbook.nn.fold import *
from nnbook.nn.fractional_pooling import *
from nnbook.nn.interop import *
from nnbook.nn.lazy import *
from nnbook.nn.linear import *
from nnbook.nn.loss import *
from nnbook.nn.margin_loss import *
from nnbook.nn.module import *
from nnbook.nn.normalization import *
from nnbook.nn.padding import *
from nnbook.nn.parameter import *
from nnbook.nn.pooling import *
from nnbook.nn.rectifier import *
from nnbook.nn.recurrent import *
from nnbook.nn.softmax import *
from nnbook.nn.transformer import *
from nnbook.nn.unpooling import *
from nnbook.nn.vision import *
