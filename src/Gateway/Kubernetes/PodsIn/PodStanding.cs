using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Why a pod waits, as far as the book knows.</summary>
internal abstract record PodStanding
{
    private PodStanding()
    {
    }

    /// <summary>It asks for what is not honoured, or its job was ended: it is not served as it stands.</summary>
    public sealed record Refused(string Why) : PodStanding;

    /// <summary>Others of its gang are missing.</summary>
    public sealed record Incomplete(string Why) : PodStanding;

    /// <summary>It is in a job: that one knows more.</summary>
    public sealed record Queued(JobId Job) : PodStanding;
}
