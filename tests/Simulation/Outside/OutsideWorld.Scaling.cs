using Grains;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Scaling;

namespace Simulation.Outside;

/// <content>A scale set beside the machines that are always there.</content>
internal sealed partial class OutsideWorld
{
    private const int Ceiling = 8;

    public ModelArm? Arm { get; private set; }

    private IScaleSetGrain ScaleSet => Client.GetGrain<IScaleSetGrain>(ModelArm.Set);

    private ModelArm AddScaleSet(int seed) => new(Cluster.Time, new Random(seed * 11), Kubernetes, Seen.Note) { Ceiling = Ceiling };

    private void ConfigureScaleSet()
    {
        while (Try(() => ScaleSet.Configure(Operator, new ScaleSetSpec { Id = ModelArm.Set, Pool = Pool, Ceiling = Ceiling })) is not { IsDone: true })
        {
            Cluster.RunFor(TimeSpan.FromSeconds(1));
        }
    }

    private void ChangeDemand()
    {
        switch (_random.Next(6))
        {
            case 0 or 1 or 2:
                Want(_random.Next(1, Ceiling + 1));
                break;
            case 3:
                RemoveMachines(_random.Next(1, 4));
                break;
            case 4:
                Arm!.Evict();
                break;
            default:
                // An operator takes a machine back that is on its way out, if it is not too late.
                if (Arm!.Machines.FirstOrDefault() is { } machine)
                {
                    Try(() => Client.GetGrain<INodeGrain>(machine.Node.Name.Value).Uncordon(Operator));
                }

                break;
        }
    }

    private void Want(int capacity) => Try(() => ScaleSet.Want(Operator, capacity, "sim"));

    /// <summary>Whatever runs on them: they are drained first.</summary>
    private void RemoveMachines(int most)
    {
        var machines = Arm!.Machines.Where(m => m.State == InstanceState.Running && Kubernetes.HasNode(m.Node.Name)).Take(most)
            .Select(m => new ScaleSetMachine(m.Id, m.Node.Name)).ToList();
        Try(() => ScaleSet.Remove(Operator, [.. machines], "sim"));
    }

    /// <summary>Nothing is wanted, and nothing is left: drained, deleted, forgotten.</summary>
    private void EmptyScaleSet()
    {
        for (var round = 0; round < 100 && Arm!.Machines.Any(); round++)
        {
            Want(0);
            RemoveMachines(Ceiling);
            Cluster.RunFor(TimeSpan.FromSeconds(20));
            Reconcile();
        }

        Cluster.RunFor(TimeSpan.FromSeconds(90));
    }

    /// <summary>Until the cloud has given what is wanted; waits for more after a refusal grow, and so does this.</summary>
    private void CalmScaleSet()
    {
        // Less wanted than there are says nothing of which should go: whoever plans says that by name.
        Want(Math.Max(_random.Next(1, Ceiling + 1), Arm!.Machines.Count()));
        for (var round = 0; round < 120 && (round < 6 || CheckScaleSet().Any()); round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(20));
            Reconcile();
        }
    }

    /// <summary>Machines created are machines wanted, and all of them are nodes.</summary>
    private IEnumerable<string> CheckScaleSet()
    {
        if (Arm is null)
        {
            yield break;
        }

        var state = Cluster.Run(() => ScaleSet.GetState())!;
        var there = Arm.Machines.Count();
        if (there != state.Wanted || Arm.Capacity < there || there != Arm.Effects.Created - Arm.Effects.Deleted - Arm.Effects.Evicted)
        {
            yield return $"I15: {there} machines are there and {state.Wanted} are wanted, with capacity {Arm.Capacity} and {state.BackOff}: {Arm.Effects}";
        }

        if (state.Operation is not null || !state.Removals.IsEmpty)
        {
            yield return $"I15: under way at rest: {state.Operation}, {string.Join(", ", state.Removals)}";
        }

        foreach (var machine in Arm.Machines.Where(m => m.State != InstanceState.Running || !Kubernetes.HasNode(m.Node.Name)))
        {
            yield return $"I15: machine {machine.Id} is {machine.State} and no node";
        }
    }

    private IEnumerable<string> CheckScaleSetEmpty()
    {
        if (Arm is null)
        {
            yield break;
        }

        foreach (var machine in Arm.Machines)
        {
            yield return $"I15: machine {machine.Id} is left over, {machine.State}";
        }

        for (var number = 0; number < Arm.Effects.Created - Arm.Effects.Evicted; number++)
        {
            var node = Client.GetGrain<INodeGrain>($"{ModelArm.Set}n{number}");
            if (Cluster.Run(() => node.GetView()) is { State: not Scheduling.Nodes.NodeState.Ready } view)
            {
                yield return $"I14: node {view.Spec.Name} is still {view.State} although its machine is gone";
            }
        }
    }
}
