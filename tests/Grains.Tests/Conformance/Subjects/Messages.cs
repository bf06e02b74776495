using System.Collections.Immutable;

namespace Grains.Tests.Conformance.Subjects;

#pragma warning disable ORLEANS0004 // The member without a number is what this type is for.
[GenerateSerializer]
public sealed class Partly
{
    [Id(0)] public int Numbered { get; set; }

    public int Unnumbered { get; set; }

    [Id(1)] public List<string> Names { get; set; } = [];
}
#pragma warning restore ORLEANS0004

[GenerateSerializer, Immutable]
public sealed class Frozen
{
    [Id(0)] public List<string> Names { get; set; } = [];
}

/// <summary>A type that the serializer does not know.</summary>
public sealed class Unknown
{
    public int Value { get; set; }
}

[GenerateSerializer]
public enum Colour
{
    Red,
    Green,
}

[GenerateSerializer]
public readonly record struct Point([property: Id(0)] int X, [property: Id(1)] int Y);

/// <summary>Without [Id]s: the parameters of a record's primary constructor travel all the same.</summary>
[GenerateSerializer]
public sealed record Bare(int Number, string Text);

[GenerateSerializer]
public abstract record Shape
{
    [Id(0)] public required string Name { get; init; }
}

[GenerateSerializer]
public sealed record Circle : Shape
{
    [Id(0)] public required double Radius { get; init; }
}

[GenerateSerializer]
public sealed record Everything
{
    [Id(0)] public required Guid Guid { get; init; }

    [Id(1)] public required DateTimeOffset At { get; init; }

    [Id(2)] public required TimeSpan Span { get; init; }

    [Id(3)] public required Colour Colour { get; init; }

    [Id(4)] public required Point? Maybe { get; init; }

    [Id(5)] public required byte[] Bytes { get; init; }

    [Id(6)] public required Dictionary<string, List<int>> Map { get; init; }

    [Id(7)] public required ImmutableArray<Point> Points { get; init; }

    [Id(8)] public required (int, string) Pair { get; init; }

    [Id(9)] public required Shape Shape { get; init; }

    [Id(10)] public required Bare Bare { get; init; }

    [Id(11)] public required HashSet<int> Set { get; init; }

    [Id(12)] public required ImmutableDictionary<string, int> Counts { get; init; }

    [Id(13)] public string? Nothing { get; init; }
}

/// <summary>A chain that may bite its tail.</summary>
[GenerateSerializer]
public sealed class Link
{
    [Id(0)] public string Name { get; set; } = "";

    [Id(1)] public Link? Next { get; set; }

    [Id(2)] public List<string>? Shared { get; set; }
}

[GenerateSerializer]
public sealed class MarkedException(string message, int code) : Exception(message)
{
    [Id(0)] public int Code { get; } = code;
}

public sealed class UnmarkedException(string message) : Exception(message);
