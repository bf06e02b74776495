namespace Silo.Tests.Support;

[GenerateSerializer]
public sealed record TestState
{
    [Id(0)] public string Text { get; init; } = "";
    [Id(1)] public int Number { get; init; }
}

/// <summary>The same record in a later version.</summary>
[GenerateSerializer]
public sealed record LaterState
{
    [Id(0)] public string Text { get; init; } = "";
    [Id(1)] public int Number { get; init; }
    [Id(2)] public string Added { get; init; } = "none";
}
