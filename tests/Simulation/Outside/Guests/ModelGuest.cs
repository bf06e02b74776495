using System.Collections.Immutable;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <summary>A user's pod in the model cluster.</summary>
internal sealed class ModelGuest(string name, string uid, ModelGang? gang, int index, int gpus, ImmutableArray<ExtendedAmount> extended)
{
    public string Name => name;

    public string Uid => uid;

    public ModelGang? Gang => gang;

    public int Index => index;

    public int Gpus => gpus;

    public ImmutableArray<ExtendedAmount> Extended => extended;

    public string Version { get; set; } = "";

    public NodeId? Node { get; set; }

    public PodPhase Phase { get; set; }

    public AttemptId? BoundFor { get; set; }

    public AttemptId? GivenUp { get; set; }

    public long Epoch { get; set; }

    public DateTimeOffset? CheckpointBy { get; set; }

    public DateTimeOffset? LeavesBy { get; set; }

    public bool IsOver => Phase is PodPhase.Succeeded or PodPhase.Failed;

    public GuestPod View() => new()
    {
        Namespace = ModelGuests.Space,
        Name = name,
        Uid = uid,
        Version = Version,
        Node = Node,
        Phase = Phase,
        IsLeaving = LeavesBy is not null,
        BoundFor = BoundFor,
        GivenUp = GivenUp,
        Epoch = Epoch,
        CheckpointBy = CheckpointBy,
        Gang = gang is null ? null : new GangKey(GangKind.PodGroup, ModelGuests.Space, gang.Name),
        Ask = new GuestAsk { Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, Extended = extended }, Index = index, Priority = gang?.Priority ?? 0 },
    };
}

/// <summary>What a user's controller keeps up: so many pods, each replaced when it is gone.</summary>
internal sealed class ModelGang(string name, int size, int gpus, int priority, ImmutableArray<ExtendedAmount> extended)
{
    public string Name => name;

    public string Uid => $"uid-of-{name}";

    public int Size => size;

    public int Gpus => gpus;

    public ImmutableArray<ExtendedAmount> Extended => extended;

    public int Priority => priority;

    /// <summary>Pods made so far.</summary>
    public int Made { get; set; }

    /// <summary>Its user wants it no longer.</summary>
    public bool IsDone { get; set; }
}
