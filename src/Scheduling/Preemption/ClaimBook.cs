using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>
/// What preemptors and reserved gangs were promised. Of every claim, what is free now is taken in the index, so that nobody else is
/// placed there; the rest is taken as it comes free, before anybody else can look. Rebuilt from the stored claims by making them again.
/// </summary>
/// <remarks>
/// No GPU is in two claims. A new claim stays off nodes on which another still waits for something: of CPU and memory, unlike GPUs, it
/// cannot be said whose they are before they are free. The caller must say when something was released on a rack (<see cref="OnFreed"/>) and when
/// a rack's view was replaced (<see cref="Reattach"/>), both before the next placement.
/// </remarks>
public sealed class ClaimBook(PlacementIndex index, int maxClaims = ClaimBook.DefaultMaxClaims)
{
    public const int DefaultMaxClaims = 64;

    private readonly SortedList<long, Entry> claims = [];
    private readonly Dictionary<AttemptId, Entry> byAttempt = [];
    private readonly Dictionary<RackId, List<Part>> byRack = [];
    private long made;

    public int Count => claims.Count;

    /// <summary>GPU that is held for claims, in thousandths.</summary>
    public long HeldGpuMilli
    {
        get
        {
            long held = 0;
            foreach (var entry in claims.Values) held += entry.HeldGpuMilli;
            return held;
        }
    }

    /// <summary>All claims, oldest first.</summary>
    public IEnumerable<Claim> Claims => claims.Values.Select(e => e.Claim);

    public Claim? Find(AttemptId attempt) => byAttempt.GetValueOrDefault(attempt)?.Claim;

    /// <summary>Claims whose target can no longer be had: to be dropped, and planned anew. A node that takes work again mends its claims.</summary>
    public IEnumerable<Claim> Broken => claims.Values.Where(e => e.IsBroken).Select(e => e.Claim);

    /// <summary>Claims of which all is free and held: to be completed.</summary>
    public IEnumerable<Claim> Complete => claims.Values.Where(e => e.IsComplete && !e.IsBroken).Select(e => e.Claim);

    /// <summary>Promises the target to the attempt. One claim per attempt: an earlier one must be dropped first.</summary>
    public ClaimAnswer Make(Claim claim)
    {
        if (byAttempt.ContainsKey(claim.For)) throw new InvalidOperationException($"{claim.For} has a claim already");
        if (claims.Count >= maxClaims) return new ClaimAnswer.TooMany(maxClaims);
        if (OtherThan(claim) is { } other && Guards.Hold(Guard.ExclusiveClaims)) return new ClaimAnswer.Overlaps(other);
        var entry = new Entry(claim, made++);
        foreach (var part in entry.Parts)
        {
            var rack = PositionOf(part.Rack);
            foreach (var worker in part.Workers)
            {
                worker.Inspect(index.Table, rack);
                if (worker.IsBroken) return new ClaimAnswer.Broken(part.Rack, worker.Slot);
            }
        }

        claims.Add(entry.Number, entry);
        byAttempt.Add(claim.For, entry);
        foreach (var part in entry.Parts)
        {
            if (!byRack.TryGetValue(part.Rack, out var here)) byRack.Add(part.Rack, here = []);
            here.Add(part);
            TopUp(part);
        }

        return new ClaimAnswer.Made(entry.Pending);
    }

    /// <summary>Something was released on the rack: claims take what they wait for, evictions first, then by age.</summary>
    public void OnFreed(RackId rack)
    {
        if (!byRack.TryGetValue(rack, out var here)) return;
        foreach (var part in here)
            if (part.Owner.Claim.Kind == ClaimKind.Evict) TopUp(part);
        foreach (var part in here)
            if (part.Owner.Claim.Kind != ClaimKind.Evict) TopUp(part);
    }

    /// <summary>The rack's view was set anew or the rack removed: whatever was held there is gone from the index, and is taken again.</summary>
    public void Reattach(RackId rack)
    {
        if (!byRack.TryGetValue(rack, out var here)) return;
        foreach (var part in here)
            foreach (var worker in part.Workers) worker.Forget();
        OnSchedulable(rack);
    }

    /// <summary>The rack's nodes take new work, or no longer do. What is held stays held.</summary>
    public void OnSchedulable(RackId rack)
    {
        if (!byRack.TryGetValue(rack, out var here)) return;
        var position = PositionOf(rack);
        foreach (var part in here)
            foreach (var worker in part.Workers) worker.Inspect(index.Table, position);
        OnFreed(rack);
    }

    /// <summary>True when all that the claim names is free and held for it.</summary>
    public bool IsComplete(AttemptId attempt) => byAttempt.TryGetValue(attempt, out var entry) && entry is { IsComplete: true, IsBroken: false };

    /// <summary>Workers of the claim that still wait for something; 0 when there is no claim.</summary>
    public int PendingOf(AttemptId attempt) => byAttempt.TryGetValue(attempt, out var entry) ? entry.Pending : 0;

    /// <summary>GPU that is held for the claim, in thousandths; 0 when there is no claim.</summary>
    public long HeldGpuMilliOf(AttemptId attempt) => byAttempt.TryGetValue(attempt, out var entry) ? entry.HeldGpuMilli : 0;

    /// <summary>
    /// Hands a complete claim over: its target is taken in the index, without a gap, and from now on it is the caller's, as if
    /// TryPlace had placed it. Null when it is not complete.
    /// </summary>
    public Claim? TryComplete(AttemptId attempt)
    {
        if (!IsComplete(attempt)) return null;
        var entry = byAttempt[attempt];
        Remove(entry);
        return entry.Claim;
    }

    /// <summary>The promise is off: what was held is free. Other claims take what they wait for. Unknown attempts are ignored.</summary>
    public Claim? Drop(AttemptId attempt)
    {
        if (!byAttempt.TryGetValue(attempt, out var entry)) return null;
        Remove(entry);
        foreach (var part in entry.Parts) LetGo(part);
        foreach (var part in entry.Parts) OnFreed(part.Rack);
        return entry.Claim;
    }

    /// <summary>
    /// Lifts reservations that start at <paramref name="notBefore"/> or later while <paramref name="place"/> runs, so that a job that ends before
    /// may be placed there; then they take again what is still free, and wait for the rest.
    /// </summary>
    public T WithBackfill<T>(DateTimeOffset notBefore, Func<T> place) =>
        Without(claims.Values.Where(e => e.Claim.Kind == ClaimKind.Reserve && e.Claim.StartAt >= notBefore).ToList(), place);

    /// <summary>
    /// As if these claims were not there, while <paramref name="ask"/> looks for a place for somebody who comes before them. Nothing of them is
    /// lost: they take again all that they held.
    /// </summary>
    public T Without<T>(IReadOnlyCollection<AttemptId> lifted, Func<T> ask) => Without(claims.Values.Where(e => lifted.Contains(e.Claim.For)).ToList(), ask);

    private T Without<T>(List<Entry> lifted, Func<T> ask)
    {
        foreach (var entry in lifted)
        {
            entry.IsLifted = true;
            foreach (var part in entry.Parts) LetGo(part);
        }

        try
        {
            return ask();
        }
        finally
        {
            foreach (var entry in lifted)
            {
                entry.IsLifted = false;
                foreach (var part in entry.Parts) TopUp(part);
            }
        }
    }

    /// <summary>True when a reservation starts at that time or later: otherwise there is nothing to lift.</summary>
    public bool HasReservationFrom(DateTimeOffset notBefore) => ReservationsFrom(notBefore).Count > 0;

    /// <summary>How many there are, and the GPU in thousandths that is held for them: so much more there is to be had when they are lifted.</summary>
    public (int Count, long GpuMilli) ReservationsFrom(DateTimeOffset notBefore)
    {
        var (count, held) = (0, 0L);
        foreach (var entry in claims.Values)
            if (entry.Claim.Kind == ClaimKind.Reserve && entry.Claim.StartAt >= notBefore) (count, held) = (count + 1, held + entry.HeldGpuMilli);
        return (count, held);
    }

    /// <summary>
    /// The first claim that waits for something on a node where this placement is: what the placement's attempt gives up is spoken for.
    /// Such an attempt must not be counted on as a victim for anyone else.
    /// </summary>
    public AttemptId? WaitsFor(GangPlacement placement)
    {
        foreach (var slice in placement.Racks)
        {
            if (!byRack.TryGetValue(slice.Rack, out var here)) continue;
            foreach (var part in here)
                foreach (var worker in part.Workers)
                    if (!worker.IsComplete && IsOn(slice.Workers, worker.Slot)) return part.Owner.Claim.For;
        }

        return null;
    }

    /// <summary>
    /// A placement without its workers on nodes where a claim waits for something: what a planner may count on when its attempt goes. Null when
    /// nothing is left. For victims and for attempts that a reservation waits for: plans then never meet claims.
    /// </summary>
    public GangPlacement? Unclaimed(GangPlacement placement)
    {
        if (claims.Count == 0) return placement;
        ImmutableArray<RackSlice>.Builder? kept = null;
        for (var i = 0; i < placement.Racks.Length; i++)
        {
            var slice = placement.Racks[i];
            var claimed = Guards.Hold(Guard.ExclusiveClaims) ? WaitingNodes(slice.Rack) : 0;
            var workers = claimed == 0 ? slice.Workers : slice.Workers.RemoveAll(w => (claimed >> w.Slot & 1) != 0);
            if (kept is null && workers.Length == slice.Workers.Length) continue;
            if (kept is null)
            {
                kept = ImmutableArray.CreateBuilder<RackSlice>();
                kept.AddRange(placement.Racks.AsSpan(0, i));
            }

            if (workers.Length > 0) kept.Add(slice with { Workers = workers });
        }

        return kept is null ? placement : kept.Count == 0 ? null : placement with { Racks = kept.ToImmutable() };
    }

    /// <summary>What must hold: no GPU is promised twice, nothing is held beyond what is promised or free in the index.</summary>
    public void CheckInvariants()
    {
        var promised = new Dictionary<(RackId, int, int), int>();
        foreach (var entry in claims.Values)
        {
            var pending = entry.Parts.Sum(p => p.Workers.Count(w => !w.IsComplete));
            Invariant.Holds(entry.Pending == pending, "I8", $"{entry.Claim.For} waits for {pending} workers, not {entry.Pending}");
            var held = entry.Parts.Sum(p => p.Workers.Sum(w => w.HeldGpuMilli));
            Invariant.Holds(entry.HeldGpuMilli == held, "I17", $"{held} of GPU is held for {entry.Claim.For}, not {entry.HeldGpuMilli}");
            foreach (var part in entry.Parts)
            {
                var rack = PositionOf(part.Rack);
                foreach (var worker in part.Workers)
                {
                    Invariant.Holds((worker.HeldGpus & ~worker.Gpus) == 0, "I1", $"{entry.Claim.For} holds GPUs it was not promised on {part.Rack} slot {worker.Slot}");
                    Invariant.Holds(rack >= 0 || !worker.HoldsAny, "I8", $"{entry.Claim.For} holds capacity of {part.Rack}, which is gone");
                    var free = rack < 0 ? 0 : index.Table.Nodes[rack * RackTable.Slots + worker.Slot].Free;
                    Invariant.Holds((worker.HeldGpus & free) == 0, "I1", $"{entry.Claim.For} holds GPUs that the index thinks free on {part.Rack} slot {worker.Slot}");
                    for (var gpu = 0; gpu < 64; gpu++)
                    {
                        if ((worker.Gpus >> gpu & 1) == 0) continue;
                        var left = rack < 0 || worker.IsBroken || worker.HeldOf(gpu) == worker.GpuMilli ? 0 : index.Table.LeftOf(rack, worker.Slot, gpu);
                        Invariant.Holds(left == 0, "I9", $"{left} of GPU {gpu} of {part.Rack} slot {worker.Slot} is promised to {entry.Claim.For}, and free for anybody");
                        var key = (part.Rack, worker.Slot, gpu);
                        promised[key] = promised.GetValueOrDefault(key) + worker.GpuMilli;
                        Invariant.Holds(promised[key] <= WorkerShape.WholeGpu, "I1", $"GPU {gpu} of {part.Rack} slot {worker.Slot} is promised twice");
                    }
                }
            }
        }
    }

    /// <summary>The owner of a claim with which this one cannot stand, or null.</summary>
    private AttemptId? OtherThan(Claim claim)
    {
        foreach (var slice in claim.Target.Racks)
        {
            if (!byRack.TryGetValue(slice.Rack, out var here)) continue;
            foreach (var part in here)
                foreach (var worker in part.Workers)
                    foreach (var wanted in slice.Workers)
                        if (wanted.Slot == worker.Slot && (!worker.IsComplete || IsShared(worker, wanted))) return part.Owner.Claim.For;
        }

        return null;
    }

    /// <summary>Complete shares of one GPU may stand beside each other: the index saw the one when it placed the other.</summary>
    private static bool IsShared(ClaimedWorker worker, in WorkerSlot wanted) =>
        (worker.Gpus & wanted.Gpus) != 0 && worker.GpuMilli + wanted.GpuMilli > WorkerShape.WholeGpu;

    /// <summary>Nodes of a rack on which some claim waits for something.</summary>
    private ulong WaitingNodes(RackId rack)
    {
        if (!byRack.TryGetValue(rack, out var here)) return 0;
        var nodes = 0UL;
        foreach (var part in here)
            foreach (var worker in part.Workers)
                if (!worker.IsComplete && !part.Owner.IsLifted) nodes |= 1UL << worker.Slot;
        return nodes;
    }

    private static bool IsOn(ImmutableArray<WorkerSlot> workers, int slot)
    {
        foreach (ref readonly var worker in workers.AsSpan())
            if (worker.Slot == slot) return true;
        return false;
    }

    private int PositionOf(RackId rack) => index.Table.TryFind(rack, out var position) ? position : -1;

    private void TopUp(Part part)
    {
        var rack = PositionOf(part.Rack);
        if (rack >= 0)
            foreach (var worker in part.Workers) worker.TopUp(index.Table, rack);
        part.Count();
    }

    private void LetGo(Part part)
    {
        var rack = PositionOf(part.Rack);
        if (rack < 0) return;
        foreach (var worker in part.Workers) worker.LetGo(index.Table, rack);
        part.Count();
    }

    private void Remove(Entry entry)
    {
        claims.Remove(entry.Number);
        byAttempt.Remove(entry.Claim.For);
        foreach (var part in entry.Parts)
        {
            var here = byRack[part.Rack];
            here.Remove(part);
            if (here.Count == 0) byRack.Remove(part.Rack);
        }
    }

    private sealed class Entry
    {
        public Entry(Claim claim, long number)
        {
            (Claim, Number) = (claim, number);
            Parts = [.. claim.Target.Racks.Select(s => new Part(this, s.Rack, [.. s.Workers.Select(w => new ClaimedWorker(w, claim.Roles[w.Role].Shape))]))];
        }

        public Claim Claim { get; }

        public long Number { get; }

        public Part[] Parts { get; }

        public bool IsComplete => Pending == 0;

        public bool IsBroken { get; private set; }

        public bool IsLifted { get; set; }

        /// <summary>Workers that still wait for something.</summary>
        public int Pending { get; private set; }

        public long HeldGpuMilli { get; private set; }

        /// <summary>Counts anew after a part changed.</summary>
        public void Count()
        {
            (Pending, IsBroken, HeldGpuMilli) = (0, false, 0);
            foreach (var part in Parts)
            {
                Pending += part.Pending;
                HeldGpuMilli += part.HeldGpuMilli;
                IsBroken |= part.IsBroken;
            }
        }
    }

    /// <summary>A claim's workers in one rack.</summary>
    private sealed class Part(Entry owner, RackId rack, ClaimedWorker[] workers)
    {
        public Entry Owner => owner;

        public RackId Rack => rack;

        public ClaimedWorker[] Workers => workers;

        public int Pending { get; private set; }

        public bool IsBroken { get; private set; }

        public long HeldGpuMilli { get; private set; }

        /// <summary>Counts anew after what is held, or the nodes, changed.</summary>
        public void Count()
        {
            var (pending, broken, held) = (0, false, 0L);
            foreach (var worker in workers)
            {
                if (!worker.IsComplete) pending++;
                broken |= worker.IsBroken;
                held += worker.HeldGpuMilli;
            }

            if (pending == Pending && broken == IsBroken && held == HeldGpuMilli) return;
            (Pending, IsBroken, HeldGpuMilli) = (pending, broken, held);
            owner.Count();
        }
    }
}
