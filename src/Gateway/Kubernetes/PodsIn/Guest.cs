namespace Gateway.Kubernetes.PodsIn;

/// <summary>A pod in the book.</summary>
internal sealed class Guest(GuestPod pod)
{
    public GuestPod Pod { get; set; } = pod;

    public Gang? Gang { get; set; }

    /// <summary>The job that has it for a member and lives; null when it is in none.</summary>
    public GuestJob? Job { get; set; }

    /// <summary>Why it is in none for good; null when it is not so.</summary>
    public string? Barred { get; set; }

    /// <summary>It was said that it is not served.</summary>
    public bool IsRefused { get; set; }

    /// <summary>The job that is its alone has ended, and another has to be a numbered one of its gang.</summary>
    public bool HasHadItsJob { get; set; }

    /// <summary>As its gang counts it: bound and staying.</summary>
    public bool IsBound { get; set; }

    /// <summary>As its gang counts it: bound, or on its way.</summary>
    public bool IsCovered { get; set; }

    /// <summary>As its gang counts it: ended well.</summary>
    public bool IsDone { get; set; }

    /// <summary>As its gang counts it: waiting, and in no job for good.</summary>
    public bool CountsAsBarred { get; set; }
}
