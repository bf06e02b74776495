using Azure.Tests.Contract;
using Azure.Tests.Stub;
using Gateway.Azure;
using Gateway.Leadership;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Azure.Tests.Scenarios;

/// <summary>
/// One scale set under ever-changing demand while the cloud loses, doubles and refuses: the production reconciler, the real SDK, HTTPS, the stub, and
/// time that is told. Then everything is well, and the set must be what was wanted.
/// </summary>
internal sealed class Campaign(int seed)
{
    private const int Ceiling = 20;

    private readonly Random _random = new(seed);

    public int Rounds { get; private set; }

    public StubWorld World { get; private set; } = null!;

    public StateIntents Intents { get; private set; } = null!;

    public async Task Run(int operations)
    {
        World = await StubWorld.Begin(k => (k.MostMachines, k.NeverJoins, k.FailsToBoot, k.BootDelay) = (Ceiling + 5, 0.1, 0.05, TimeSpan.FromSeconds(60)), seed);
        World.Arm.Faults = new StubFaults { LostAnswer = 0.20, Doubled = 0.05, Refused = 0.04, FailedAfter = 0.01 };
        Intents = new StateIntents(World.Set, Ceiling, World.Clock);
        var cloud = new ArmScaleSetCloud(new ArmAccess(World.Arm.Endpoint, new StubCredential(), World.Arm.ClientOptions(), TimeSpan.FromSeconds(30), readsAtOnce: 1_000_000), new ImpatientTime());
        var reconciler = new ScaleSetReconciler(
            World.Set, cloud, Intents, new StubNodes(World.Arm, 64, World.StubSet), SoleLeader.Instance,
            new ScaleSetOptions { CallTimeout = TimeSpan.FromHours(1) }, World.Clock, NullLogger<ScaleSetReconciler>.Instance);

        // What its own work has done to a set is all that it may find: an epoch of its own.
        while (World.StubSet.Accepted < operations)
        {
            ChangeDemand();
            await Step(reconciler);
        }

        World.Arm.Faults = StubFaults.None;
        World.StubSet.Knobs.Left = int.MaxValue;
        World.StubSet.Knobs.SyncError = null;
        (World.StubSet.Knobs.NeverJoins, World.StubSet.Knobs.FailsToBoot) = (0, 0);
        World.Arm.Under(() => { foreach (var machine in World.StubSet.Machines) machine.HasWork = false; });
        for (var calm = 0; calm < 600 && !IsAtRest; calm++)
        {
            await Step(reconciler);
        }
    }

    /// <summary>As many machines as are wanted, all of them nodes, and nothing under way.</summary>
    public bool IsAtRest => Intents.State is { Operation: null, Removals.IsEmpty: true } state
        && World.StubSet.Machines.Count == state.Wanted && World.StubSet.Capacity == state.Wanted && World.StubSet.Machines.All(m => m.HasJoined);

    private async Task Step(ScaleSetReconciler reconciler)
    {
        Rounds++;
        var wait = TimeSpan.FromSeconds(5);
        try
        {
            wait = await reconciler.Round(0, CancellationToken.None);
        }
        catch (NotLeadingException)
        {
            // The next round goes on from what is durable.
        }

        Intents.DoChores(id => World.Arm.Under(() => World.StubSet.Machines.Any(m => m.Id == id && m.HasWork)));
        World.Advance(wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1));
    }

    private void ChangeDemand()
    {
        var set = World.StubSet;
        switch (_random.Next(12))
        {
            case 0 or 1:
                Intents.Want(Math.Max(_random.Next(1, Ceiling + 1), set.Machines.Count > Ceiling ? Ceiling : set.Machines.Count));
                break;
            case 2 or 3:
                var going = set.Machines.Where(m => m.HasJoined).Take(_random.Next(1, 4)).Select(m => (m.Id, new NodeId(m.ComputerName))).ToList();
                Intents.Remove(going);
                break;
            case 4:
                World.Arm.Under(() => set.Machines.FirstOrDefault(m => m.HasJoined) is { } spot && set.Evict(spot.Id));
                break;
            case 5:
                (set.Knobs.Left, set.Knobs.KeepsAsking) = (_random.Next(3) == 0 ? _random.Next(4) : int.MaxValue, _random.Next(2) == 0);
                set.Knobs.AsyncError = _random.Next(2) == 0 ? "AllocationFailed" : "OverconstrainedZonalAllocationRequest";
                break;
            case 6:
                set.Knobs.SyncError = _random.Next(4) == 0 ? "SkuNotAvailable" : null;
                break;
            default:
                // Work comes and goes, but never to a machine that is on its way out.
                var leaving = Intents.State.Removals.Select(r => r.Instance).ToHashSet();
                World.Arm.Under(() =>
                {
                    foreach (var machine in set.Machines.Where(m => m.HasJoined && m.State == "Succeeded"))
                    {
                        machine.HasWork = machine.HasWork ? _random.Next(3) != 0 : !leaving.Contains(machine.Id) && _random.Next(4) == 0;
                    }
                });
                break;
        }
    }
}
