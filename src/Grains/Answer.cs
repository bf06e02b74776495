namespace Grains;

/// <summary>How a command ended. May-happen outcomes are returned; what broke is thrown.</summary>
[GenerateSerializer]
public enum Outcome
{
    Done = 0,

    /// <summary>No such object, or none that this caller may know of.</summary>
    NotFound = 1,

    /// <summary>The object is in a state that does not allow it.</summary>
    Conflict = 2,

    /// <summary>This caller may see the object but not do this.</summary>
    Forbidden = 3,

    /// <summary>A limit was reached; later it may work.</summary>
    LimitReached = 4,

    /// <summary>The given version is not the present one.</summary>
    PreconditionFailed = 5,

    /// <summary>The request breaks a rule.</summary>
    Invalid = 6,
}

/// <summary>The answer to a command.</summary>
[GenerateSerializer, Immutable]
public sealed record Answer
{
    [Id(0)] public required Outcome Outcome { get; init; }

    /// <summary>For people: what is wrong and what to do. Null when done.</summary>
    [Id(1)] public string? Message { get; init; }

    /// <summary>The object's version after the command.</summary>
    [Id(2)] public long Version { get; init; }

    public bool IsDone => Outcome == Outcome.Done;

    public static Answer Done(long version) => new() { Outcome = Outcome.Done, Version = version };

    public static Answer Of(Outcome outcome, string message, long version = 0) => new() { Outcome = outcome, Message = message, Version = version };
}
