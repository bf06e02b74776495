using Grains;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Model;

namespace Gateway.Azure.Hooks;

/// <summary>
/// Takes signals to the grains they concern. Each is acted on before it is written down as heard, and acting twice changes nothing: a crash in between
/// only has it told again. Sets that are not ours are passed over.
/// </summary>
internal sealed class CloudSignals(IGrainFactory grains, AzureOptions options, ScaleBoard board, ILogger<CloudSignals> logger)
{
    /// <summary>In whose name nodes are drained.</summary>
    public const string User = "system:azure";

    private static readonly Caller s_azure = new() { Tenant = null, User = User, Roles = CallerRoles.Operator };

    /// <summary>Answers how many concerned a set of ours.</summary>
    public async Task<int> Take(IReadOnlyList<CloudSignal> signals)
    {
        var taken = 0;
        foreach (var signal in signals)
        {
            if (options.ScaleSets.FirstOrDefault(s => string.Equals(s.Id, signal.Set, StringComparison.OrdinalIgnoreCase)) is not { } set)
            {
                continue;
            }

            taken++;
            var grain = grains.GetGrain<IScaleSetGrain>(set.Id);
            if (await grain.GetState() is { } state && !state.Heard.Contains(signal.Id))
            {
                await Act(grain, set.Id, signal);
            }

            board.WakeOf(set.Id).Now();
        }

        return taken;
    }

    /// <summary>Takes it to the node, which keeps it. An agent that was given another node's name is told so: two machines' hardware under one name would be of no use.</summary>
    public async Task<Answer> Take(MachineHardware told)
    {
        if (!options.ScaleSets.Any(s => string.Equals(s.Id, told.Set, StringComparison.OrdinalIgnoreCase)))
        {
            return Answer.Done(0);
        }

        var node = grains.GetGrain<INodeGrain>(told.Node);
        if (await node.GetView() is { Machine.Instance: { } known } view && !string.Equals(known, told.Instance, StringComparison.OrdinalIgnoreCase))
        {
            return Answer.Of(Outcome.Conflict, $"Node {told.Node} is machine {known} of its set, not {told.Instance}.", view.Version);
        }

        return await node.TellHardware(s_azure, told.Host, told.GpuSerials, told.ReadAt);
    }

    private async Task Act(IScaleSetGrain grain, string set, CloudSignal signal)
    {
        var answer = signal switch
        {
            CloudSignal.Leaves leaves => await Leave(grain, leaves),
            CloudSignal.Restarts restarts => await grains.GetGrain<INodeGrain>(restarts.Node).Drain(s_azure, restarts.What),
            _ => Answer.Done(0),
        };
        AzureLog.Signal(logger, set, signal.What, answer.IsDone ? "done" : answer.Message ?? answer.Outcome.ToString());
        await grain.Hear(s_azure, signal.Id, signal.What);
    }

    /// <summary>Returned, it is replaced only if somebody needs it. Where too many went lately its work leaves all the same: the cloud does not ask.</summary>
    private async Task<Answer> Leave(IScaleSetGrain grain, CloudSignal.Leaves leaves) =>
        await grain.Remove(s_azure, [new ScaleSetMachine(leaves.Instance, new NodeId(leaves.Node))], leaves.What) is { IsDone: true } done ? done
            : await grains.GetGrain<INodeGrain>(leaves.Node).Drain(s_azure, leaves.What);
}
