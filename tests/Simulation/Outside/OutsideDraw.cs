using System.Collections.Immutable;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>Draws one scenario of a world outside: jobs that come and are changed, machines and gateways that come and go.</summary>
internal sealed class OutsideDraw(int seed, Profile profile, OutsideSetup setup)
{
    private readonly Random _random = new(Scenario.Mix(seed, -1));
    private readonly ImmutableArray<Op>.Builder _ops = ImmutableArray.CreateBuilder<Op>();
    private readonly List<JobId> _jobs = [];

    public Scenario Draw()
    {
        var specs = new OutsideSpecs(new Random(Scenario.Mix(seed, -2)), new Extras(Scenario.Mix(seed, -5)), SimulatedWorld.Pool, setup.Swaps);
        if (!profile.Rates.Only(profile.Kinds).AreNone)
        {
            _ops.Add(new Op.SetFaults(profile.Rates.Only(profile.Kinds)) { Seed = NextSeed() });
        }

        for (var i = 0; i < profile.Jobs; i++)
        {
            var id = new JobId($"j-{i:000}");
            _ops.Add(new Op.Submit(id, setup.Plans ? specs.Planned(id) : specs.Job(id, _jobs)) { Seed = NextSeed() });
            _jobs.Add(id);
            Disturb();
            Break();
            if (_random.Next(4) == 0)
            {
                _ops.Add(new Op.Reconcile { Seed = NextSeed() });
            }

            _ops.Add(new Op.Wait { Seed = NextSeed(), Then = TimeSpan.FromMilliseconds(_random.Next(setup.Plans ? 20_000 : 3000)) });
        }

        return new Scenario { Seed = seed, Profile = profile, Ops = _ops.ToImmutable() };
    }

    private int NextSeed() => Scenario.Mix(seed, _ops.Count);

    private void Disturb()
    {
        if (_random.Next(4) == 0)
        {
            var id = _jobs[_random.Next(_jobs.Count)];
            _ops.Add(_random.Next(6) switch
            {
                0 => new Op.Cancel(id) { Seed = NextSeed() },
                1 => new Op.Suspend(id) { Seed = NextSeed() },
                2 or 3 => new Op.Resume(id) { Seed = NextSeed() },
                _ => new Op.Evict(id, _random.Next(1, 4)) { Seed = NextSeed() },
            });
        }

        if (setup is { ScaleSet: true, Plans: false } && _random.Next(3) == 0)
        {
            _ops.Add(_random.Next(6) switch
            {
                < 4 => new Op.WantMachines(_random.Next(1, OutsideWorld.Ceiling + 1)) { Seed = NextSeed() },
                4 => new Op.RemoveMachines(_random.Next(1, 4)) { Seed = NextSeed() },
                _ => new Op.KeepMachine { Seed = NextSeed() },
            });
        }
    }

    private void Break()
    {
        if (Happens(FaultKinds.NodeDeath, setup.Swaps ? 2 : 4))
        {
            var (rack, node) = (_random.Next(SimulatedWorld.Racks), _random.Next(SimulatedWorld.NodesPerRack));
            _ops.Add(_random.Next(5) switch
            {
                0 => new Op.NodeVanishes(rack, node) { Seed = NextSeed() },
                1 => new Op.NodeDies(rack, node) { Seed = NextSeed() },
                _ => new Op.NodeReturns(rack, node, SimulatedWorld.GpusPerNode) { Seed = NextSeed() },
            });
        }

        if (Happens(FaultKinds.Relabel, 8))
        {
            _ops.Add(new Op.NodeMoves(_random.Next(SimulatedWorld.Racks), _random.Next(SimulatedWorld.NodesPerRack), _random.Next(SimulatedWorld.Racks)) { Seed = NextSeed() });
        }

        if (setup.ScaleSet && Happens(FaultKinds.Cloud, 12))
        {
            _ops.Add(new Op.LoseMachine { Seed = NextSeed() });
        }

        if (Happens(FaultKinds.Gateway, 4))
        {
            _ops.Add(Gateway((GatewayFault)_random.Next(4), _random.Next(OutsideWorld.GatewayCount)) with { Seed = NextSeed() });
        }

        if (Happens(FaultKinds.Crash, 20))
        {
            _ops.Add(new Op.CrashSilo(_random.Next(SimulatedWorld.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(12))) { Seed = NextSeed() });
        }

        if (Happens(FaultKinds.Partition, 20))
        {
            _ops.Add(new Op.Partition(_random.Next(SimulatedWorld.Silos), _random.Next(1200), TimeSpan.FromSeconds(_random.Next(1, 25))) { Seed = NextSeed() });
        }
    }

    /// <summary>A frozen leader is back just when another has taken over, or long before, or long after.</summary>
    private Op.GatewayFails Gateway(GatewayFault how, int gateway) => new(
        gateway, how, TimeSpan.FromMicroseconds(_random.Next(300_000)),
        how == GatewayFault.Dies ? TimeSpan.FromMilliseconds(300 + _random.Next(6000))
        : _random.Next(2) == 0 ? TimeSpan.FromMilliseconds(8200 + _random.Next(4000)) : TimeSpan.FromMilliseconds(_random.Next(25_000)))
    { Seed = 0 };

    private bool Happens(FaultKinds kind, int oneIn) => profile.Kinds.HasFlag(kind) && _random.Next(oneIn) == 0;
}
