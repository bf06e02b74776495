namespace Silo.Tests.Support;

[GenerateSerializer]
public sealed record TestState
{
    [Id(0)] public string Text { get; init; } = "";
    [Id(1)] public int Number { get; init; }
}
