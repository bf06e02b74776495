using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using k8s.Models;

namespace Gateway.Tests.Kubernetes.Client;

/// <summary>What is made of pods that are ours.</summary>
public sealed class PodViewsTests
{
    [Fact]
    public void A_pod_that_will_not_start_until_somebody_mends_something_says_what()
    {
        Assert.Equal("ImagePullBackOff: no such image", PodViews.Of(Pod("Pending", new V1ContainerStateWaiting { Reason = "ImagePullBackOff", Message = "no such image" }))!.Stuck);
        Assert.Equal("CreateContainerConfigError", PodViews.Of(Pod("Pending", new V1ContainerStateWaiting { Reason = "CreateContainerConfigError" }))!.Stuck);
        Assert.Null(PodViews.Of(Pod("Pending", new V1ContainerStateWaiting { Reason = "ContainerCreating" }))!.Stuck);
        Assert.Null(PodViews.Of(Pod("Running", new V1ContainerStateWaiting { Reason = "ImagePullBackOff" }))!.Stuck);
    }

    private static V1Pod Pod(string phase, V1ContainerStateWaiting waiting) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "j-1-0", NamespaceProperty = "a", Uid = "u", ResourceVersion = "1",
            Labels = new Dictionary<string, string> { [PodMarks.Job] = "j", [PodMarks.Attempt] = "1", [PodMarks.Rank] = "0" },
            Annotations = new Dictionary<string, string> { [PodMarks.PlannedNode] = "n0" },
        },
        Spec = new V1PodSpec { NodeName = "n0" },
        Status = new V1PodStatus { Phase = phase, ContainerStatuses = [new V1ContainerStatus { Name = "worker", State = new V1ContainerState { Waiting = waiting } }] },
    };
}
