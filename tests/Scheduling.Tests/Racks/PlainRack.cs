using Scheduling.Model;

namespace Scheduling.Tests.Racks;

/// <summary>A rack as dumb as can be: a list of who is there; every question is answered by counting everything again.</summary>
internal sealed class PlainRack
{
    public List<NodeSpec> Slots { get; } = [];

    public HashSet<NodeId> Gone { get; } = [];

    public HashSet<NodeId> HeldOut { get; } = [];

    public List<RackAllocation> All { get; } = [];

    public HashSet<PlanRef> Released { get; } = [];

    public bool Hold(RackAllocation hold)
    {
        if (Released.Any(r => r.Attempt == hold.Attempt && r.Plan >= hold.Plan))
            return false;
        var mine = All.Find(a => a.Attempt == hold.Attempt);
        if (mine is not null && (mine.Committed || mine.Plan >= hold.Plan))
            return mine.Plan == hold.Plan && mine.Workers.SequenceEqual(hold.Workers) && mine.Shapes.SequenceEqual(hold.Shapes);

        var others = All.Where(a => a.Attempt != hold.Attempt).ToList();
        if (!hold.Workers.All(w => w.Slot < Slots.Count && TakesWork(w.Slot, others)) || !Fits([.. others, hold], hold))
            return false;
        All.RemoveAll(a => a.Attempt == hold.Attempt);
        All.Add(hold);
        DropGone();
        return true;
    }

    public bool Commit(PlanRef plan)
    {
        var i = All.FindIndex(a => a.Attempt == plan.Attempt && a.Plan == plan.Plan);
        if (i < 0)
            return false;
        All[i] = All[i] with { Committed = true };
        return true;
    }

    public void Release(PlanRef plan)
    {
        if (All.Any(a => a.Attempt == plan.Attempt && a.Plan > plan.Plan))
            return;
        Released.Add(plan);
        All.RemoveAll(a => a.Attempt == plan.Attempt && a.Plan == plan.Plan);
        DropGone();
    }

    public void Offer(IReadOnlyList<NodeSpec> nodes)
    {
        for (var i = 0; i < Slots.Count; i++)
        {
            var offered = nodes.FirstOrDefault(n => n.Name == Slots[i].Name);
            if (offered is not null)
            {
                Slots[i] = offered;
                Gone.Remove(offered.Name);
            }
            else if (!Slots[i].IsVacant)
            {
                Gone.Add(Slots[i].Name);
            }
        }

        DropGone();
        foreach (var node in nodes.Where(n => Slots.All(s => s.Name != n.Name)))
        {
            var vacant = Slots.FindIndex(s => s.IsVacant);
            if (vacant >= 0)
                Slots[vacant] = node;
            else
                Slots.Add(node);
        }
    }

    public bool TakesWork(int slot) => TakesWork(slot, All);

    private bool TakesWork(int slot, List<RackAllocation> all) =>
        !Slots[slot].IsVacant && !Gone.Contains(Slots[slot].Name) && !HeldOut.Contains(Slots[slot].Name) && FitsSlot(all, slot);

    private bool Fits(List<RackAllocation> all, RackAllocation one) => one.Workers.Select(w => w.Slot).Distinct().All(s => FitsSlot(all, s));

    private bool FitsSlot(List<RackAllocation> all, int slot)
    {
        var here = all.SelectMany(a => a.Workers.Where(w => w.Slot == slot).Select(w => (Worker: w, Shape: a.Shapes[w.Role]))).ToList();
        if (here.Sum(h => h.Shape.CpuMilli) > Slots[slot].CpuMilli || here.Sum(h => h.Shape.MemoryMiB) > Slots[slot].MemoryMiB)
            return false;
        if (here.SelectMany(h => h.Shape.Extended).GroupBy(e => e.Name).Any(e => e.Sum(a => a.Count) > Slots[slot].Extended.Where(o => o.Name == e.Key).Sum(o => o.Count)))
            return false;
        for (var gpu = 0; gpu < 64; gpu++)
        {
            var milli = here.Where(h => ((h.Worker.Gpus >> gpu) & 1) != 0).Sum(h => h.Worker.GpuMilli);
            if (milli > (gpu < Slots[slot].Gpus ? 1000 : 0))
                return false;
        }

        return true;
    }

    private void DropGone()
    {
        for (var i = 0; i < Slots.Count; i++)
        {
            if (Gone.Contains(Slots[i].Name) && !All.Any(a => a.Workers.Any(w => w.Slot == i)))
            {
                Gone.Remove(Slots[i].Name);
                Slots[i] = NodeSpec.Vacant;
            }
        }
    }
}
