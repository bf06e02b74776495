using Grains.Pools;
using Grains.Quotas;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation.Planted;

/// <summary>Judges what a pool does with what it promised (I9).</summary>
internal sealed class PromiseReferee : IChecker
{
    private readonly SimulatedWorld _world;

    /// <summary>Promises of evictions, and the last plan before each was seen; those whose node was gone at some time are left alone.</summary>
    private readonly Dictionary<Claim, long> _seen = new(ReferenceEqualityComparer.Instance);

    public PromiseReferee(SimulatedWorld world)
    {
        _world = world;
        world.Seen.Answered += Look;
    }

    private void Look(IIncomingGrainCallContext context)
    {
        if (context.Grain is PoolGrain { IsAttached: true } pool && ReferenceEquals(pool, _world.Seen.Pool))
        {
            LookAtPool(pool.Machine);
        }
    }

    private void LookAtPool(PoolMachine machine)
    {
        foreach (var claim in machine.Promises.Values.Where(c => c.Kind == ClaimKind.Evict))
        {
            if (_seen.TryAdd(claim, machine.LastPlan))
            {
                CheckNeeded(machine, claim);
            }
        }

        foreach (var gone in _seen.Keys.Where(c => !machine.Promises.TryGetValue(c.For, out var still) || !ReferenceEquals(still, c)).ToList())
        {
            _seen.Remove(gone);
        }

        foreach (var (claim, plan) in _seen.ToList())
        {
            if (IsBroken(machine, claim.Target))
            {
                _seen[claim] = long.MaxValue;
                continue;
            }

            if (FirstIntruder(machine, claim, plan) is { } other)
            {
                _world.Seen.Record($"I9: {other.Id} (plan {other.Plan}) has what {claim.For} was promised before: {Describe(other.Placement!)} of {Describe(claim.Target)}");
            }
        }
    }

    /// <summary>Of those planned after the promise the first that, with those before it, has more of some GPU than the promise leaves of it.</summary>
    private static PoolAttempt? FirstIntruder(PoolMachine machine, Claim claim, long plan)
    {
        Dictionary<(RackId, int, int), int> milli = [];
        foreach (var (gpu, share) in Gpus(claim.Target))
        {
            milli[gpu] = milli.GetValueOrDefault(gpu) + share;
        }

        foreach (var later in machine.AttemptsAfter(null).Where(a => a.Plan > plan && a.Stage != AttemptStage.Queued && a.Id != claim.For).OrderBy(a => a.Plan))
        {
            foreach (var (gpu, share) in Gpus(later.Placement!))
            {
                if (milli.TryGetValue(gpu, out var before) && (milli[gpu] = before + share) > WorkerShape.WholeGpu)
                {
                    return later;
                }
            }
        }

        return null;
    }

    private static IEnumerable<((RackId Rack, int Slot, int Gpu) Gpu, int Milli)> Gpus(GangPlacement placement) =>
        from slice in placement.Racks
        from worker in slice.Workers
        from gpu in Enumerable.Range(0, 64)
        where (worker.Gpus >> gpu & 1) != 0
        select ((slice.Rack, worker.Slot, gpu), worker.GpuMilli);

    /// <summary>A node of it is gone, has lost a GPU, or takes no new work: then the promise is off.</summary>
    private static bool IsBroken(PoolMachine machine, GangPlacement target) => target.Racks.Any(r => machine.FindRack(r.Rack) is not { } view
        || r.Workers.Any(w => w.Slot >= view.Spec.Nodes.Length || ((view.Schedulable >> w.Slot) & 1) == 0 || w.Gpus >> view.Spec.Nodes[w.Slot].Gpus != 0));

    /// <summary>Whoever is not where the gang will be need not go: but for quota, and that he gives back.</summary>
    private void CheckNeeded(PoolMachine machine, Claim claim)
    {
        foreach (var victim in claim.Victims)
        {
            if (claim.Refusal is null && machine.Find(victim)?.Placement is { } placement && !Touches(claim.Target, placement))
            {
                _world.Seen.Record($"I9: {victim} is to leave for {claim.For}, which does not go where it is");
            }
        }
    }

    private static string Describe(GangPlacement placement) =>
        string.Join(' ', placement.Racks.SelectMany(r => r.Workers.Select(w => $"{r.Rack}:{w.Slot}:{w.Gpus:x}×{w.GpuMilli}")));

    private static bool Touches(GangPlacement a, GangPlacement b) =>
        a.Racks.Any(r => b.Racks.Any(o => o.Rack == r.Rack && r.Workers.Any(w => o.Workers.Any(v => v.Slot == w.Slot))));
}

/// <summary>Where quotas do not change: for whom others have left, his quota does not refuse (I9).</summary>
internal sealed class RefusalReferee : IChecker
{
    private readonly SimulatedWorld _world;
    private readonly HashSet<AttemptId> _promised = [];

    public RefusalReferee(SimulatedWorld world)
    {
        _world = world;
        world.Seen.Answered += Look;
    }

    private void Look(IIncomingGrainCallContext context)
    {
        switch (context.Grain)
        {
            case PoolGrain { IsAttached: true } pool:
                foreach (var claim in pool.Machine.Promises.Values.Where(c => c.Kind == ClaimKind.Evict && c.Victims.Any(v => WasAsked(v, c.For))))
                {
                    _promised.Add(claim.For);
                }

                break;
            case QuotaGrain when context.MethodName == nameof(IQuotaGrain.Charge) && context.Result is ChargeAnswer answer && context.Request.GetArgument(0) is ChargeBatch batch:
                for (var i = 0; i < batch.Charges.Length; i++)
                {
                    if (_promised.Remove(batch.Charges[i].Attempt) && answer.Refusals[i] is { Kept: 0 } refusal)
                    {
                        _world.Seen.Record($"I9: others left for {batch.Charges[i].Attempt}, and its quota refuses it: {refusal}");
                    }
                }

                break;
        }
    }

    private bool WasAsked(AttemptId victim, AttemptId preemptor) => _world.Seen.Asked.TryGetValue(victim, out var asked) && asked == preemptor;
}
