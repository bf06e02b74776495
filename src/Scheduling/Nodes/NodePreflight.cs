namespace Scheduling.Nodes;

/// <summary>Whether a machine has shown that it works, since it started.</summary>
[GenerateSerializer]
public enum NodePreflight
{
    /// <summary>Nobody asks for it.</summary>
    NotAsked = 0,

    /// <summary>It has to, and has not yet.</summary>
    Pending = 1,
    Passed = 2,
    Failed = 3,
}
