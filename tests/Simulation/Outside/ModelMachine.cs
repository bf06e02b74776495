using System.Globalization;
using Gateway.Azure;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Simulation.Outside;

/// <summary>A machine of the model cloud.</summary>
internal sealed class ModelMachine(int number, DateTimeOffset createdAt)
{
    /// <summary>Of all of them.</summary>
    public const string Block = "b9";

    public int Number => number;

    public string Id { get; } = number.ToString(CultureInfo.InvariantCulture);

    public NodeSpec Node { get; } = new()
    {
        Name = new NodeId($"{ModelArm.Set}n{number}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A", Extended = Extras.OfferedWith(8),
    };

    public DateTimeOffset CreatedAt => createdAt;

    public InstanceState State { get; set; }

    public DateTimeOffset? GoneAt { get; set; }
}

/// <summary>Something that the model cloud does, and how it stands.</summary>
internal sealed class ModelOperation
{
    public OperationStatus Status { get; set; } = new OperationStatus.Running();
}

/// <summary>What the model cloud did because it was asked to.</summary>
internal sealed class CloudEffects
{
    public int Created { get; set; }

    public int Deleted { get; set; }

    public int Evicted { get; set; }

    public int Writes { get; set; }

    public int Claims { get; set; }

    public int Conflicts { get; set; }

    public int Throttled { get; set; }

    public int Refused { get; set; }

    public override string ToString() =>
        $"{Created} machines created, {Deleted} deleted, {Evicted} evicted, {Writes} writes, {Claims} claims, {Conflicts} refused by ETag, {Throttled} throttled, {Refused} without machines";
}
