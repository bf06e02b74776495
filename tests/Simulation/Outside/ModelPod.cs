using System.Globalization;
using Gateway.Kubernetes;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>A pod in the model cluster.</summary>
internal sealed class ModelPod(PodOrder order, string uid)
{
    public PodOrder Order => order;

    public string Uid => uid;

    public AttemptId Attempt => order.Attempt;

    public long Version { get; set; }

    public long Epoch { get; set; } = order.Epoch;

    public NodeId? Node { get; set; }

    public PodPhase Phase { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>It is being deleted, and gone by then on a node that works.</summary>
    public DateTimeOffset? LeavesBy { get; set; }

    public string? Failure { get; set; }

    public FailureClass FailureClass { get; set; }

    public DateTimeOffset? CheckpointBy { get; set; }

    public DateTimeOffset? CheckpointedAt { get; set; }

    public bool IsAlive => Node is not null && Phase is PodPhase.Waiting or PodPhase.Running;

    public PodView View() => new()
    {
        Name = order.Name,
        Uid = uid,
        Version = Version.ToString(CultureInfo.InvariantCulture),
        Attempt = order.Attempt,
        Rank = order.Worker.Rank,
        Incarnation = order.Incarnation,
        PlannedNode = order.PlannedNode,
        Epoch = Epoch,
        Node = Node,
        Phase = Phase,
        IsLeaving = LeavesBy is not null,
        Failure = Failure,
        FailureClass = FailureClass,
        CheckpointBy = CheckpointBy,
        CheckpointedAt = CheckpointedAt,
    };
}
