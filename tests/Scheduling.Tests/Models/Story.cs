namespace Scheduling.Tests.Models;

/// <summary>One step: what is done, and the numbers that say with whom and how much.</summary>
internal sealed record Step<TVerb>(TVerb Verb, int[] Numbers) where TVerb : struct, Enum
{
    public override string ToString() => $"{Verb} {string.Join(' ', Numbers)}";
}

/// <summary>What FsCheck draws and makes smaller: how it begins, and the steps.</summary>
internal sealed record Story<TVerb>(int[] Beginning, Step<TVerb>[] Steps) where TVerb : struct, Enum
{
    public override string ToString() => $"{Steps.Length} steps, beginning with {string.Join(' ', Beginning)}";
}
