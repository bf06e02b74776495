using System.Collections.Immutable;
using Scheduling.Model;

namespace Silo.Tests.Support;

// Types that show one rule of the record codec each.

[GenerateSerializer]
public sealed record WithDefaults([property: Id(0)] string Text, [property: Id(1)] int Number = 5);

[GenerateSerializer]
public sealed record WithInitialText
{
    [Id(0)] public string? Text { get; init; } = "start";
    [Id(1)] public int? Optional { get; init; } = 3;
}

[GenerateSerializer]
public sealed record ClassWithConstructor([property: Id(0)] string Text, [property: Id(1)] ImmutableArray<int> Items);

[GenerateSerializer]
public readonly record struct StructWithArray([property: Id(0)] string Text, [property: Id(1)] ImmutableArray<int> Items);

[GenerateSerializer]
public sealed record Times
{
    [Id(0)] public DateTimeOffset At { get; init; }
    [Id(1)] public DateTimeOffset? Maybe { get; init; }
    [Id(2)] public TimeSpan Span { get; init; }
    [Id(3)] public TimeSpan? Limit { get; init; }
}

[GenerateSerializer]
public sealed record Keyed
{
    [Id(0)] public ImmutableDictionary<JobId, int> Jobs { get; init; } = ImmutableDictionary<JobId, int>.Empty;
    [Id(1)] public Dictionary<AttemptId, NodeId> Attempts { get; init; } = [];
}

[GenerateSerializer]
public abstract record Family
{
    private Family()
    {
    }

    [Id(0)] public int Shared { get; init; }

    [GenerateSerializer, Alias("test.held")]
    public sealed record Held : Family
    {
        [Id(0)] public int Own { get; init; }
    }

    [GenerateSerializer, Alias("test.gone")]
    public sealed record Gone : Family;
}

[GenerateSerializer]
public abstract record Unnamed
{
    [GenerateSerializer]
    public sealed record Kind : Unnamed;
}

[GenerateSerializer]
public sealed record NoIds
{
    public int A { get; init; }
}

[GenerateSerializer]
public sealed record TwiceNumbered
{
    [Id(0)] public int A { get; init; }
    [Id(0)] public int B { get; init; }
}

[GenerateSerializer]
public sealed record HiddenMember
{
    [Id(0)] internal int A { get; init; }
}

[GenerateSerializer]
public sealed record ReadOnlyMember
{
    [Id(0)] public int A => 3;
}

[GenerateSerializer]
public sealed record HoldsObject
{
    [Id(0)] public object? Any { get; init; }
}

[GenerateSerializer]
public sealed record PartlyNumbered
{
    [Id(0)] public int Stored { get; init; }
    public int Derived { get; init; }
}
