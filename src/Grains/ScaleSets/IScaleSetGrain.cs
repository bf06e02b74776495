using System.Collections.Immutable;
using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Grains.ScaleSets;

/// <summary>
/// One scale set, by the cloud's resource id. Owns how many machines are wanted, which are to go, and what the cloud was asked to do; the
/// gateway that leads acts on it. No turn waits for the cloud.
/// </summary>
[Alias("Grains.ScaleSets.IScaleSetGrain")]
public interface IScaleSetGrain : IGrainWithStringKey
{
    /// <summary>What it is, and the most machines it may have. Repeatable.</summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Configure(Caller caller, ScaleSetSpec spec);

    /// <summary>From a planner that begins to lead: from now on those before it change nothing. Repeatable.</summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Lead(Caller caller, ScaleBasis basis);

    /// <summary>So many machines are wanted in all. Absolute and repeatable.</summary>
    /// <param name="basis">Of a plan: refused from one that led before another, and where the set has changed since. Null: whenever it comes.</param>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Want(Caller caller, int capacity, string reason, ScaleBasis? basis = null);

    /// <summary>These machines are to go: drained, then deleted, then forgotten. So many fewer are wanted. Repeatable.</summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Remove(Caller caller, ImmutableArray<ScaleSetMachine> machines, string reason, ScaleBasis? basis = null);

    /// <summary>Nobody who lowers the capacity may take these machines, by the cloud's ids; all others may be taken. Absolute and repeatable.</summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Protect(Caller caller, ImmutableArray<string> instances, ScaleBasis? basis = null);

    /// <summary>
    /// Something that the cloud told of the set. Done with no change: it was heard before. Whoever is to act on it does so first: a crash in between has it told again.
    /// </summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Hear(Caller caller, string id, string what);

    /// <summary>Notes up to this number were told to whoever wants to know of decisions: they are the outbox. Repeatable.</summary>
    [OpenToGateways(CallerRoles.Operator | CallerRoles.Admin)]
    Task<Answer> Told(Caller caller, long number);

    /// <summary>Null before it was configured.</summary>
    [ReadOnly]
    [OpenToGateways]
    Task<ScaleSetState?> GetState();

    /// <summary>From the leading gateway: what it saw and did. Answered when durable. Repeatable; refused from one that led before another.</summary>
    [OpenToGateways]
    Task<Answer> Report(ScaleSetReport report);
}

/// <summary>A machine by the cloud's id of it and by the cluster's name.</summary>
[GenerateSerializer, Immutable]
public readonly record struct ScaleSetMachine([property: Id(0)] string Instance, [property: Id(1)] NodeId Node);
