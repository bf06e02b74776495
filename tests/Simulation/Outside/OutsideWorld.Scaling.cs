using Grains;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Pools;
using Scheduling.Scaling;
using Simulation.Shadow;

namespace Simulation.Outside;

/// <content>A scale set beside the machines that are always there.</content>
internal sealed partial class OutsideWorld
{
    /// <summary>With a planner: idle machines go after so long.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromMinutes(2);

    /// <summary>What was of no use, and is gone, was seen to be gone by then.</summary>
    private static readonly TimeSpan UselessFor = TimeSpan.FromMinutes(2);

    private int _wanted;

    public ModelArm? Arm { get; }

    private IScaleSetGrain ScaleSet => ScaleSetOf(Client);

    private static IScaleSetGrain ScaleSetOf(IClusterClient client) => client.GetGrain<IScaleSetGrain>(ModelArm.Set);

    private Task<Answer> ConfigureScaleSet() => ScaleSet.Configure(Operator, new ScaleSetSpec { Id = ModelArm.Set, Pool = Pool, Ceiling = Ceiling });

    private void Want(int capacity) => Try(() => ScaleSet.Want(Operator, capacity, "sim"));

    /// <summary>Whatever runs on them: they are drained first.</summary>
    private Task<Answer> RemoveMachines(IClusterClient client, int most)
    {
        var machines = Arm!.Machines.Where(m => m.State == InstanceState.Running && Kubernetes.HasNode(m.Node.Name)).Take(most)
            .Select(m => new ScaleSetMachine(m.Id, m.Node.Name)).ToList();
        return ScaleSetOf(client).Remove(Operator, [.. machines], "sim");
    }

    /// <summary>An operator takes a machine back that is on its way out, if it is not too late.</summary>
    private Task<Answer> KeepMachine(IClusterClient client) => Arm!.Machines.FirstOrDefault() is { } machine
        ? client.GetGrain<INodeGrain>(machine.Node.Name.Value).Uncordon(Operator) : Task.FromResult(Answer.Done(0));

    protected override void SawWrite(DurableWrite write)
    {
        if (_setup is { Plans: true } && write.What is ScaleSetRecord { Set: { } state })
        {
            CheckWanted(state);
        }
    }

    /// <summary>Nothing is wanted, and nothing is left: drained, deleted, forgotten.</summary>
    private void EmptyScaleSet()
    {
        for (var round = 0; round < 100 && Arm!.Machines.Any(); round++)
        {
            if (!_setup.Plans)
            {
                Want(0);
                Try(() => RemoveMachines(Client, Ceiling));
            }

            Cluster.RunFor(TimeSpan.FromSeconds(20));
            Reconcile();
        }

        Cluster.RunFor(TimeSpan.FromSeconds(90));
    }

    /// <summary>Until the cloud has given what is wanted; waits for more after a refusal grow, and so does this.</summary>
    private void CalmScaleSet()
    {
        if (!_setup.Plans)
        {
            // Less wanted than there are says nothing of which should go: whoever plans says that by name.
            Want(Math.Max(Cluster.Next(Ceiling) + 1, Arm!.Machines.Count()));
        }

        // Once is not enough: who waits for a cloud that has nothing is just being tried now and then.
        for (int round = 0, clean = 0; round < 120 && (round < 6 || clean < 3); round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(20));
            Reconcile();
            clean = CheckScaleSet().Any() ? 0 : clean + 1;
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
        if (_setup.Plans)
        {
            foreach (var wrong in CheckPlanned(state))
            {
                yield return wrong;
            }
        }

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

        foreach (var number in Enumerable.Range(0, Arm.Effects.Created).Where(n => !Arm.Evicted.Contains(n)))
        {
            var node = Client.GetGrain<INodeGrain>($"{ModelArm.Set}n{number}");
            if (Cluster.Run(() => node.GetView()) is { State: not Scheduling.Nodes.NodeState.Ready } view)
            {
                yield return $"I14: node {view.Spec.Name} is still {view.State} although its machine is gone";
            }
        }
    }

    /// <summary>Whoever quota admits runs, and no machine is there for anybody else.</summary>
    private IEnumerable<string> CheckPlanned(ScaleSetState state)
    {
        var machine = Seen.Pool!.Machine;
        var running = machine.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Running).Sum(a => a.Spec.TotalWorkers);
        if (state.Wanted != running)
        {
            yield return $"I15: {state.Wanted} machines are wanted at rest, and {running} workers of a whole machine run; {Attempts()}; promises: {string.Join(", ", machine.Promises.Values.Select(c => $"{c.Kind} for {c.For}"))}";
        }

        if (machine.WithoutRoom(100, out _).FirstOrDefault(a => running + a.Spec.TotalWorkers <= QuotaMachines) is { } waiting)
        {
            yield return $"I12: {waiting.Id} waits for {waiting.Spec.TotalWorkers} machines, {running} of {QuotaMachines} that quota admits are in use, and there could be more";
        }
    }

    /// <summary>I15, whenever more are wanted: no machine for a gang that quota would not admit. Those that were of no use lately may not have been replaced yet.</summary>
    private void CheckWanted(ScaleSetState state)
    {
        var isMore = state.Wanted > _wanted;
        _wanted = state.Wanted;
        var useless = Arm!.UselessSince(Now - UselessFor);
        if (isMore && state.Wanted > QuotaMachines + useless)
        {
            Seen.Record($"I15: {state.Wanted} machines are wanted ({state.Notes.LastOrDefault()?.Reason}), quota admits work for {QuotaMachines}, and {useless} were of no use; {Attempts()}");
        }
    }

    /// <summary>Who runs and who waits, for people.</summary>
    private string Attempts() =>
        string.Join(", ", Seen.Pool!.Machine.AttemptsAfter(null).Select(a => $"{a.Id} of {a.Spec.TotalWorkers} {a.Stage} {Seen.Pool.Machine.Explain(a.Id.Job, _ => true)?.Reason}{(Seen.Pool.Machine.OwnsMachines(a.Id) ? " with machines of its own" : "")}"));
}
