using Grains;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Racks;
using Scheduling.Model;

namespace Simulation;

/// <content>How the operations of a scenario are carried out that are about this world's nodes and backend.</content>
internal sealed partial class World
{
    /// <summary>GPUs that each node has now.</summary>
    private readonly int[,] _gpus = AllGpus();

    private Task _looking = Task.CompletedTask;
    private IReadOnlyList<Assignment> _lastList = [];

    protected override void End()
    {
        Calm();
        Check("at rest", [.. Check(), .. Scenario.Profile.Undisturbed ? Wasted() : []]);
        if (Options.Ending == Ending.Rest)
        {
            return;
        }

        Finish(replicas: 1);
        Check("when all had ended", [.. CheckFinished(), .. Check()]);
        Finish(replicas: 2);
        Check("when services had grown", [.. CheckFinished(), .. Check()]);
        Empty();
        Check("when all were gone", [.. CheckEmpty(), .. Check()]);
    }

    protected override Task? Act(Op op, IClusterClient client)
    {
        switch (op)
        {
            case Op.NodeDies dies:
                return Start(() => Observe(client, dies.Rack, dies.Node, ready: false));
            case Op.NodeReturns returns:
                return Start(() => Return(client, returns.Rack, returns.Node, returns.Gpus));
            case Op.NodeRestarts restarts:
                return Start(() => Restart(client, restarts.Rack, restarts.Node));
            case Op.NodeExamined examined:
                return Start(() => Examine(client, examined.Rack, examined.Node, examined.Passed));
            case Op.RackDies dies:
                At(dies.Down, () => AddUnderway(Start(() => ObserveRack(client, dies.Rack, ready: true))));
                return Start(() => ObserveRack(client, dies.Rack, ready: false));
            case Op.RunBackend look:
                Cluster.RunUntil(_looking);
                return _looking = Start(() => LookAround(look, client));
            default:
                return null;
        }
    }

    private static int IndexOf(RackId rack) => rack.Value[^1] - '0';

    private static int[,] AllGpus()
    {
        var gpus = new int[Racks, NodesPerRack];
        for (var i = 0; i < gpus.Length; i++)
        {
            gpus[i / NodesPerRack, i % NodesPerRack] = GpusPerNode;
        }

        return gpus;
    }

    private async Task<Answer> ObserveRack(IClusterClient client, int rack, bool ready)
    {
        await Task.WhenAll(Enumerable.Range(0, NodesPerRack).Select(n => Observe(client, rack, n, ready)));
        return Answer.Done(0);
    }

    private async Task<Answer> Return(IClusterClient client, int rack, int node, int gpus)
    {
        if (_gpus[rack, node] != gpus)
        {
            _gpus[rack, node] = gpus;
            await OfferRack(rack, client);
        }

        return await Observe(client, rack, node, ready: true);
    }

    private Task<RackView> OfferRack(int rack, IClusterClient? client = null) => (client ?? Client).GetGrain<IRackGrain>(RackOf(rack).Value).Offer(new RackSpec
    {
        Rack = RackOf(rack), Block = $"b{rack / 2}", Nodes = [.. Enumerable.Range(0, NodesPerRack).Select(n => Node(rack, n, _gpus[rack, n]))],
    });

    /// <summary>Lists what should run and reports what became of some of it.</summary>
    private async Task<Answer> LookAround(Op.RunBackend look, IClusterClient client)
    {
        var random = new Random(look.Seed);
        IReadOnlyList<Assignment> items = (await client.GetGrain<IPoolGrain>(Pool.Value).ListAssignments(null, 1000)).Items;
        (items, _lastList) = (look.Lie == BackendFault.StaleList ? _lastList : items, items);
        foreach (var item in items.Where(_ => look.Mood != BackendMood.Wild || random.Next(3) != 0))
        {
            if (_backend.Act(item, look.Mood, Now, random) is not { } report)
            {
                continue;
            }

            if (look.Lie == BackendFault.Slow)
            {
                await Cluster.Delay(TimeSpan.Zero, TimeSpan.FromSeconds(3));
            }

            // One report that is not heard keeps none of the others back.
            await Send(client, item, report);
            if (look.Lie == BackendFault.Twice)
            {
                await Send(client, item, report);
            }

            if (look.Lie == BackendFault.OldReport && report.Attempt > 1)
            {
                await Send(client, item, new AttemptReport { Attempt = report.Attempt - 1, AllSucceeded = random.Next(2) == 0, Gone = true });
            }
        }

        return Answer.Done(0);
    }

    private static async Task Send(IClusterClient client, Assignment item, AttemptReport report)
    {
        try
        {
            await JobOf(client, item.Attempt.Job).Report(report);
        }
        catch (Exception e) when (e is not Scheduling.InvariantViolationException)
        {
            // It is said again the next time.
        }
    }
}
