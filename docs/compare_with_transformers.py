"""Holds Hone's log-probabilities of a checkpoint to those of Hugging Face transformers.

    python -m venv scratch && scratch/bin/pip install torch transformers
    hone rollout --policy FOLDER --tasks arithmetic/heldout --limit 16 --output rollouts.jsonl
    hone score --policy FOLDER --input rows.jsonl --output scored.jsonl
    scratch/bin/python docs/compare_with_transformers.py FOLDER scored.jsonl

FOLDER is a checkpoint of a run (`runs/NAME/checkpoints/final`). A row of `scored.jsonl` holds
promptTokens, completionTokens and logProbs; temperature is 1 unless --temperature says otherwise.
"""
import argparse
import json

import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("scored")
parser.add_argument("--temperature", type=float, default=1.0)
arguments = parser.parse_args()

model = AutoModelForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32).eval()
worst, tokens, rows = 0.0, 0, 0
for line in open(arguments.scored, encoding="utf-8"):
    row = json.loads(line)
    prompt, completion = row["promptTokens"], row["completionTokens"]
    with torch.no_grad():
        logits = model(torch.tensor([prompt + completion])).logits[0] / arguments.temperature
    expected = torch.log_softmax(logits, -1)
    for index, token in enumerate(completion):
        difference = abs(expected[len(prompt) - 1 + index, token].item() - row["logProbs"][index])
        worst = max(worst, difference)
        tokens += 1
    rows += 1
print(f"{rows} rows, {tokens} tokens: largest difference in log-probability {worst:.2e} nats")
