"""Trajectories of a small model's two parameters under every optimizer, and learning rates under every schedule."""
import torch
from torch.optim import lr_scheduler as schedules

from golden import Family, document, number, numbers

# Steps after which the parameters are written down.
STEPS = [1, 2, 3, 4, 6, 8, 12, 20]
DECAY = {"weight_decay": 0.1}
LR = {"lr": 0.05}
# PyTorch's class, its options.
OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", DECAY),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "dampening": 0.3, **DECAY}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"momentum": 0.9, "nesterov": True, **DECAY}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-4, **DECAY}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.6}),
    ("RMSprop", {"centered": True, "momentum": 0.6, **DECAY}),
    ("Adagrad", {}),
    ("Adagrad", {"lr_decay": 0.2, "initial_accumulator_value": 0.3, **DECAY}),
    ("Adadelta", {"lr": 1.0}),
    ("Adadelta", {"rho": 0.8, "eps": 1e-4, **DECAY}),
    ("Adam", {}),
    ("Adam", {"betas": [0.8, 0.95], "eps": 1e-5, **DECAY}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"amsgrad": True, **DECAY}),
    ("AdamW", {}),
    ("AdamW", DECAY),
    ("AdamW", {"amsgrad": True, **DECAY}),
    ("Adamax", {}),
    ("Adamax", {"betas": [0.8, 0.95], **DECAY}),
    ("NAdam", {}),
    ("NAdam", {"momentum_decay": 0.02, **DECAY}),
    ("RAdam", {}),
    ("RAdam", DECAY),
    ("RAdam", {"betas": [0.8, 0.9]}),
    # Not options of PyTorch's optimizers, but its functions on the gradients before a step.
    ("SGD", {"clip_norm": 0.2}),
    ("Adam", {"clip_value": 0.05, **DECAY}),
]


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(w.title() for w in rest)


class NAdam(torch.optim.Optimizer):
    """By the algorithm that PyTorch documents. The code of 1.13 counts one momentum twice in the product of the next step
    (mu_product * mu * mu_next, where mu_product has mu already); later versions do not (pull request 92699), nor does
    wgrad."""

    def __init__(self, parameters, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr = group["betas"], group["lr"]
            mu = lambda t: beta1 * (1 - 0.96 ** (t * group["momentum_decay"]) / 2)
            for p in group["params"]:
                s = self.state[p] or {"t": 0, "product": 1.0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                self.state[p] = s
                g = p.grad + group["weight_decay"] * p
                s["t"] += 1
                t = s["t"]
                s["product"] *= mu(t)
                s["m"] = beta1 * s["m"] + (1 - beta1) * g
                s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
                mean = mu(t + 1) * s["m"] / (1 - s["product"] * mu(t + 1)) + (1 - mu(t)) * g / (1 - s["product"])
                p -= lr * mean / (torch.sqrt(s["v"] / (1 - beta2**t)) + group["eps"])


def trajectory(name, options, w0, c0, x, y):
    """The model is tanh(x wT + c); the loss its mean squared error, with a factor that changes from step to step."""
    w, c = w0.clone().requires_grad_(), c0.clone().requires_grad_()
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    norm, value = given.pop("clip_norm", None), given.pop("clip_value", None)
    optimizer = (NAdam if name == "NAdam" else getattr(torch.optim, name))([w, c], **given)
    steps = []
    for t in range(STEPS[-1]):
        optimizer.zero_grad()
        factor = 1 + (t % 3) / 2
        loss = factor * ((torch.tanh(x @ w.T + c) - y) ** 2).mean()
        loss.backward()
        if norm:
            torch.nn.utils.clip_grad_norm_([w, c], norm)
        if value:
            torch.nn.utils.clip_grad_value_([w, c], value)
        optimizer.step()
        if t + 1 in STEPS:
            steps.append(numbers(torch.cat([w.reshape(-1), c])))
    return {"optimizer": name, "options": {camel(k): v for k, v in options.items()}, "found": steps}


def rates(make_schedule, steps, lr=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule = make_schedule(optimizer)
    found = []
    for _ in range(steps):
        found.append(number(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return found


def plateau(options, metrics, lr=0.1):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    schedule = schedules.ReduceLROnPlateau(optimizer, **options)
    found = []
    for m in metrics:
        schedule.step(m)
        found.append(number(optimizer.param_groups[0]["lr"]))
    return found


def schedule_cases():
    s = schedules
    one_cycle = lambda **more: lambda o: s.OneCycleLR(o, 0.1, total_steps=21, **more)
    table = [
        ("stepSchedule", {"every": 3, "gamma": 0.5}, lambda o: s.StepLR(o, 3, 0.5), 12),
        ("exponentialSchedule", {"gamma": 0.9}, lambda o: s.ExponentialLR(o, 0.9), 12),
        ("cosineSchedule", {"steps": 10}, lambda o: s.CosineAnnealingLR(o, 10), 11),
        ("cosineSchedule", {"steps": 10, "final": 0.01}, lambda o: s.CosineAnnealingLR(o, 10, 0.01), 11),
        ("cosineRestartsSchedule", {"period": 4, "final": 0.01}, lambda o: s.CosineAnnealingWarmRestarts(o, 4, 1, 0.01), 14),
        ("cosineRestartsSchedule", {"period": 3, "factor": 2}, lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2), 24),
        ("polynomialSchedule", {"steps": 8, "power": 2}, lambda o: s.PolynomialLR(o, 8, 2), 11),
        ("linearSchedule", {"steps": 8, "final": 0.02}, lambda o: s.LinearLR(o, 1, 0.2, 8), 11),
        ("warmUp", {"steps": 5, "start": 0.2}, lambda o: s.LinearLR(o, 0.2, 1, 5), 9),
        ("oneCycleSchedule", {"steps": 21}, one_cycle(), 21),
        ("oneCycleSchedule", {"steps": 21, "rise": 0.5, "divFactor": 10, "finalDivFactor": 100},
         one_cycle(pct_start=0.5, div_factor=10, final_div_factor=100), 21),
    ]
    for name, options, make_schedule, steps in table:
        yield {"schedule": name, "options": options, "rates": rates(make_schedule, steps)}
    falling = [1.0, 0.8, 0.9, 0.85, 0.81, 0.79, 0.795, 0.8, 0.8, 0.8, 0.7, 0.75, 0.75, 0.75, 0.75, 0.75, 0.6, 0.65, 0.65, 0.65]
    table = [
        ({"patience": 2}, falling),
        ({"patience": 1, "factor": 0.5, "cooldown": 2}, falling),
        ({"patience": 1, "factor": 0.3, "min": 0.02}, falling),
        ({"patience": 2, "mode": "max"}, [-m for m in falling]),
        ({"patience": 1, "threshold": 0.05, "absolute": True}, falling),
        ({"patience": 0, "mode": "max", "threshold": 0.1}, falling[::-1]),
    ]
    for options, metrics in table:
        given = {{"min": "min_lr"}.get(k, k): v for k, v in options.items() if k != "absolute"}
        if options.get("absolute"):
            given["threshold_mode"] = "abs"
        yield {"schedule": "ReduceOnPlateau", "options": options, "metrics": metrics, "rates": plateau(given, metrics)}


def make():
    f = Family("optimizers")
    model = {"w": f.rand(2, 3, low=-1, high=1), "c": f.rand(2, low=-1, high=1), "x": f.rand(6, 3), "y": f.rand(6, 2, low=-0.9, high=0.9)}
    cases = [trajectory(name, {**LR, **options}, *model.values()) for name, options in OPTIMIZERS]
    # The classes' own learning rates, decays and so on.
    cases += [trajectory(name, {}, *model.values()) for name in dict.fromkeys(n for n, _ in OPTIMIZERS) if name != "SGD"]
    return document([{"steps": STEPS, "model": {k: f.tensor(t) for k, t in model.items()}}, *cases, *schedule_cases()])
