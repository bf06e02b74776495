using Scheduling.Model;

namespace Scheduling.Tests.Models;

/// <summary>
/// A rack as a list of who is there and a list of what was said. Nothing is counted up: every question is answered by looking at all of it.
/// </summary>
internal sealed class RackTwin
{
    /// <summary>A slot's node; null: vacant.</summary>
    public List<NodeSpec?> Slots { get; } = [];

    /// <summary>Nodes that left with work on them.</summary>
    public HashSet<NodeId> Gone { get; } = [];

    public List<NodeId> HeldOut { get; } = [];

    public List<RackAllocation> All { get; } = [];

    public Dictionary<AttemptId, long> Over { get; } = [];

    public long Epoch { get; set; }

    public string? Block { get; set; }

    public int Spares { get; set; }

    public IEnumerable<RackAllocation> Holds => All.Where(a => !a.Committed);

    /// <summary>Null: granted and new; "as it was"; or refused, with a word on why.</summary>
    public string? Hold(RackAllocation hold)
    {
        if (Over.TryGetValue(hold.Attempt, out var over) && hold.Plan <= over)
            return "refused: over";
        var mine = Find(hold.Attempt);
        if (mine is not null && mine.Plan == hold.Plan)
        {
            var isSame = mine.Workers.SequenceEqual(hold.Workers) && mine.Shapes.SequenceEqual(hold.Shapes);
            if (!isSame)
                return "refused: others";
            if (mine.Committed || mine.LeaseUntil >= hold.LeaseUntil)
                return "as it was";
            All[All.IndexOf(mine)] = hold;
            return null;
        }
        else if (mine is not null && (mine.Committed || mine.Plan > hold.Plan))
        {
            return "refused: newer or committed";
        }

        if (hold.Committed || hold.Workers.Length == 0)
            return "refused: form";
        if (hold.Workers.Any(w => !IsWellFormed(w, hold)))
            return "refused: form";
        var others = All.Where(a => a.Attempt != hold.Attempt).ToList();
        if (!hold.Workers.All(w => TakesWork(w.Slot, others) && Suits(hold.Shapes[w.Role], Slots[w.Slot]!, hold.Tenant) && Fits([.. others, hold], w.Slot)))
            return "refused: room";
        Remove(hold.Attempt);
        All.Add(hold);
        return null;
    }

    public string? Commit(PlanRef plan)
    {
        var mine = Find(plan.Attempt);
        if (mine is null || mine.Plan != plan.Plan)
            return "refused: not held";
        if (mine.Committed)
            return "as it was";
        All[All.IndexOf(mine)] = mine with { Committed = true };
        return null;
    }

    public string? Release(PlanRef plan)
    {
        var mine = Find(plan.Attempt);
        var wasOver = Over.TryGetValue(plan.Attempt, out var over) && plan.Plan <= over;
        if (mine is not null && mine.Plan > plan.Plan)
            return "as it was";
        if (mine?.Plan != plan.Plan && wasOver)
            return "as it was";
        Over[plan.Attempt] = Math.Max(over, plan.Plan);
        if (mine?.Plan == plan.Plan)
            Remove(plan.Attempt);
        return null;
    }

    /// <summary>What became of it, one line for each thing that operators are to hear; null: nothing changes.</summary>
    public List<string>? Offer(RackSpec offer)
    {
        var before = Text();
        List<string> news = [];
        for (var slot = 0; slot < Slots.Count; slot++)
        {
            if (Slots[slot] is not { } node)
                continue;
            var next = offer.Nodes.FirstOrDefault(n => n.Name == node.Name);
            if (next is not null)
            {
                var wasOver = !Fits(All, slot);
                Slots[slot] = next;
                Gone.Remove(node.Name);
                if (!wasOver && !Fits(All, slot))
                    news.Add($"less than allocated: {node.Name}");
            }
            else if (WorkersOn(slot) == 0)
            {
                Slots[slot] = null;
            }
            else if (Gone.Add(node.Name))
            {
                news.Add($"vanished: {node.Name} with {WorkersOn(slot)}");
            }
        }

        foreach (var node in offer.Nodes.Where(n => !Slots.Any(s => s?.Name == n.Name)))
        {
            var vacant = Slots.IndexOf(null);
            if (vacant >= 0)
                Slots[vacant] = node;
            else
                Slots.Add(node);
        }

        while (Slots.Count > 0 && Slots[^1] is null)
            Slots.RemoveAt(Slots.Count - 1);
        var wasOffered = Block is not null;
        (Block, Spares) = (offer.Block, offer.Spares);
        var after = Text();
        return wasOffered && before == after ? null : news;
    }

    private string Text() =>
        string.Join('|', Slots.Select(s => s is null ? "" : s + string.Join(' ', s.Labels) + string.Join(' ', s.Taints) + string.Join(' ', s.Tenants) + string.Join(' ', s.Extended) + Gone.Contains(s.Name))) + Block + Spares;

    public bool SetHeldOut(NodeId node, bool heldOut)
    {
        if (HeldOut.Contains(node) == heldOut)
            return false;
        if (heldOut)
            HeldOut.Add(node);
        else
            HeldOut.Remove(node);
        return true;
    }

    public RackAllocation? Find(AttemptId attempt) => All.Find(a => a.Attempt == attempt);

    public bool TakesWork(int slot) => TakesWork(slot, All);

    public bool Exceeds(int slot) => !Fits(All, slot);

    public int WorkersOn(int slot) => All.Sum(a => a.Workers.Count(w => w.Slot == slot));

    private void Remove(AttemptId attempt)
    {
        All.RemoveAll(a => a.Attempt == attempt);
        for (var slot = 0; slot < Slots.Count; slot++)
        {
            if (Slots[slot] is { } node && Gone.Contains(node.Name) && WorkersOn(slot) == 0)
            {
                Gone.Remove(node.Name);
                Slots[slot] = null;
            }
        }
    }

    private bool IsWellFormed(WorkerSlot worker, RackAllocation hold)
    {
        if (worker.Slot < 0 || worker.Slot >= Slots.Count || worker.Role < 0 || worker.Role >= hold.Shapes.Length)
            return false;
        var shape = hold.Shapes[worker.Role];
        if (shape.CpuMilli < 0 || shape.MemoryMiB < 0 || Gpus(worker).Count != shape.Gpus)
            return false;
        if (shape.Extended.Length > 16 || shape.Extended.Any(e => e.Count < 1) || !shape.Extended.Select(e => e.Name).SequenceEqual(shape.Extended.Select(e => e.Name).Distinct().Order(StringComparer.Ordinal)))
            return false;
        return shape.Gpus == 0 || (worker.GpuMilli == shape.GpuMilli && shape.GpuMilli >= 1 && shape.GpuMilli <= 1000);
    }

    private bool TakesWork(int slot, List<RackAllocation> all) =>
        Slots[slot] is { } node && !Gone.Contains(node.Name) && !HeldOut.Contains(node.Name) && Fits(all, slot);

    private static bool Suits(WorkerShape shape, NodeSpec node, TenantId tenant) =>
        (node.Tenants.Length == 0 || node.Tenants.Contains(tenant))
        && (shape.Gpus == 0 || (shape.GpuModels.Length == 0 ? !node.GpuModel.Contains('/', StringComparison.Ordinal) : shape.GpuModels.Contains(node.GpuModel)))
        && shape.NodeSelector.All(node.Labels.Contains) && (shape.NodeTerms.Length == 0 || !node.Labels.Any(l => l.Key == RackModel.Fast.Key)) && node.Taints.All(shape.Tolerations.Contains);

    private bool Fits(List<RackAllocation> all, int slot)
    {
        if (Slots[slot] is not { } node)
            return false;
        var here = all.SelectMany(a => a.Workers.Where(w => w.Slot == slot).Select(w => (Worker: w, Shape: a.Shapes[w.Role]))).ToList();
        return here.Sum(h => h.Shape.CpuMilli) <= node.CpuMilli && here.Sum(h => h.Shape.MemoryMiB) <= node.MemoryMiB
            && here.SelectMany(h => h.Shape.Extended).GroupBy(e => e.Name).All(e => e.Sum(a => a.Count) <= node.Extended.Where(o => o.Name == e.Key).Sum(o => o.Count))
            && Enumerable.Range(0, 64).All(gpu => here.Where(h => Gpus(h.Worker).Contains(gpu)).Sum(h => h.Worker.GpuMilli) <= (gpu < node.Gpus ? 1000 : 0));
    }

    private static List<int> Gpus(WorkerSlot worker) => [.. Enumerable.Range(0, 64).Where(g => ((worker.Gpus >> g) & 1) == 1)];
}
