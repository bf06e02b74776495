using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation;

/// <summary>Draws one scenario: jobs that come and are changed, nodes and quotas that come and go, and faults among them.</summary>
internal sealed class ScenarioDraw(int seed, Profile profile)
{
    /// <summary>So many fit with two replicas each, whatever they ask for.</summary>
    private const int MaxServices = 5;

    private readonly Random _random = new(Scenario.Mix(seed, -1));
    private readonly RandomSpecs _specs = new(new Random(Scenario.Mix(seed, -2)), new Extras(Scenario.Mix(seed, -5)), World.Pool);
    private readonly ImmutableArray<Op>.Builder _ops = ImmutableArray.CreateBuilder<Op>();
    private readonly List<JobId> _jobs = [];

    /// <summary>Jobs that end by themselves: others may wait for them.</summary>
    private readonly List<JobId> _ending = [];
    private readonly List<Op.Submit> _submits = [];
    private int _services;

    public Scenario Draw()
    {
        for (var team = 0; profile.Quotas && team < World.Teams; team++)
        {
            Add(new Op.SetQuota(team, Quota()) { Seed = NextSeed() });
        }

        if (!profile.Rates.Only(profile.Kinds).AreNone)
        {
            Add(new Op.SetFaults(profile.Rates.Only(profile.Kinds)) { Seed = NextSeed() });
        }

        for (var i = 0; i < profile.Jobs; i++)
        {
            Submit(new JobId($"j-{i:000}"));
            if (!profile.Undisturbed)
            {
                Disturb();
            }

            Break();
            if (_random.Next(2) == 0)
            {
                Add(new Op.RunBackend(BackendMood.Wild, Lie()) { Seed = NextSeed() });
            }

            if (_random.Next(6) == 0)
            {
                Add(new Op.Reconcile { Seed = NextSeed() });
            }

            Add(new Op.Wait { Seed = NextSeed(), Then = TimeSpan.FromMilliseconds(_random.Next(1500)) });
        }

        return new Scenario { Seed = seed, Profile = profile, Ops = _ops.ToImmutable() };
    }

    private int NextSeed() => Scenario.Mix(seed, _ops.Count);

    private void Add(Op op) => _ops.Add(op with { Via = _random.Next(4) == 0 ? _random.Next(World.Silos) : null });

    private bool Happens(double perRun, FaultKinds kind) => profile.Kinds.HasFlag(kind) && _random.NextDouble() < perRun / profile.Jobs;

    private void Submit(JobId id)
    {
        var spec = _specs.Job(id, _ending, service: _services < MaxServices, out var deadline);
        var submit = new Op.Submit(id, spec, deadline) { Seed = NextSeed() };
        Add(submit);
        _jobs.Add(id);
        _submits.Add(submit);
        if (spec.Set is { Kind: OriginKind.Replica })
        {
            _services++;
        }
        else
        {
            _ending.Add(id);
        }
    }

    private void Disturb()
    {
        if (_random.Next(3) == 0)
        {
            Add(Change(_jobs[_random.Next(_jobs.Count)]));
        }

        if (_random.Next(8) == 0)
        {
            // A client that did not hear, or that reuses its key.
            var again = _submits[_random.Next(_submits.Count)];
            Add(again with { Seed = NextSeed(), OtherBody = _random.Next(3) == 0 });
        }

        if (_random.Next(10) == 0)
        {
            Add(new Op.Trespass(_jobs[_random.Next(_jobs.Count)]) { Seed = NextSeed() });
        }

        if (_random.Next(8) == 0)
        {
            var (rack, node) = (_random.Next(World.Racks), _random.Next(World.NodesPerRack));
            Add(_random.Next(4) switch
            {
                0 => new Op.Cordon(rack, node) { Seed = NextSeed() },
                1 => new Op.Drain(rack, node) { Seed = NextSeed() },
                _ => new Op.Uncordon(rack, node) { Seed = NextSeed() },
            });
        }

        if (profile.Quotas && _random.Next(12) == 0)
        {
            Add(new Op.SetQuota(_random.Next(World.Teams), Quota()) { Seed = NextSeed() });
        }
    }

    private QuotaSpec Quota()
    {
        if (!profile.Budgets)
        {
            return _specs.Quota();
        }

        var period = (BudgetPeriod)_random.Next(4);
        return _specs.Quota() with { Budget = new GpuHourBudget { Hours = _random.Next(1, 4), Period = period, Days = period == BudgetPeriod.Rolling ? 1 : 0 } };
    }

    private Op Change(JobId id) => _random.Next(8) switch
    {
        0 => new Op.Cancel(id) { Seed = NextSeed() },
        1 or 2 => new Op.Suspend(id) { Seed = NextSeed() },
        3 or 4 => new Op.Resume(id) { Seed = NextSeed() },
        5 => new Op.Scale(id, _random.Next(5)) { Seed = NextSeed() },
        _ => new Op.Evict(id, _random.Next(1, 3)) { Seed = NextSeed() },
    };

    private BackendFault Lie() => profile.Kinds.HasFlag(FaultKinds.Backend) && _random.NextDouble() < profile.BackendLies / 10
        ? (BackendFault)_random.Next(1, 5)
        : BackendFault.None;

    private void Break()
    {
        if (profile.Preflight && _random.Next(2) == 0)
        {
            Add(new Op.NodeExamined(_random.Next(World.Racks), _random.Next(World.NodesPerRack), Passed: _random.Next(5) != 0) { Seed = NextSeed() });
        }

        if (profile.Preflight && Happens(profile.NodeDeaths, FaultKinds.NodeDeath))
        {
            Add(new Op.NodeRestarts(_random.Next(World.Racks), _random.Next(World.NodesPerRack)) { Seed = NextSeed() });
        }

        if (Happens(profile.NodeDeaths, FaultKinds.NodeDeath))
        {
            Add(new Op.NodeDies(_random.Next(World.Racks), _random.Next(World.NodesPerRack)) { Seed = NextSeed() });
        }

        if (Happens(profile.NodeDeaths, FaultKinds.NodeDeath))
        {
            var gpus = _random.Next(3) == 0 ? _random.Next(World.GpusPerNode) : World.GpusPerNode;
            Add(new Op.NodeReturns(_random.Next(World.Racks), _random.Next(World.NodesPerRack), gpus) { Seed = NextSeed() });
        }

        if (Happens(profile.RackDeaths, FaultKinds.RackDeath))
        {
            Add(new Op.RackDies(_random.Next(World.Racks), TimeSpan.FromSeconds(_random.Next(2, 40))) { Seed = NextSeed() });
        }

        if (Happens(profile.Crashes, FaultKinds.Crash))
        {
            Add(new Op.CrashSilo(_random.Next(World.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(12))) { Seed = NextSeed() });
        }

        if (Happens(profile.Partitions, FaultKinds.Partition))
        {
            Add(new Op.Partition(_random.Next(World.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(1, 25))) { Seed = NextSeed() });
        }

        if (Happens(profile.ClockJumps, FaultKinds.Clock))
        {
            Add(new Op.ClockJump(_random.Next(World.Silos), TimeSpan.FromSeconds(_random.Next(-60, 61))) { Seed = NextSeed() });
        }
    }
}
