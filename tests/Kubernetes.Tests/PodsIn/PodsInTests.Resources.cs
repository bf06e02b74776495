using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.PodsIn;

/// <content>What is counted by name.</content>
public sealed partial class PodsInTests
{
    [KubeFact]
    public async Task Disk_and_devices_are_counted_and_pods_that_do_not_fit_together_go_to_two_nodes()
    {
        var space = await world.Server.CreateNamespace();
        await world.Create(space, Asking("disk-a", ("ephemeral-storage", "2000Gi"), ("rdma/hca", "1")));
        await world.Create(space, Asking("disk-b", ("ephemeral-storage", "2000Gi"), ("rdma/hca", "1")));
        await world.Create(space, Asking("links-a", ("rdma/hca", "4")));
        await world.Create(space, Asking("links-b", ("rdma/hca", "4")));
        var pods = await world.Run(space, "disk-a", "disk-b", "links-a", "links-b");
        Assert.Equal(4, pods.Values.Select(FakePods.NodeOf).Distinct().Count());
        Assert.Equal(2000 * 1024, (await world.JobOf(pods["disk-a"]))!.Spec.Roles[0].Shape.Extended[0].Count);

        // One too many of them for any node waits and is told why; so does one that asks for what no node has.
        await world.Create(space, Asking("links-c", ("rdma/hca", "5")));
        await world.Create(space, Asking("fuse", ("smarter-devices/fuse", "1")));
        await Said(space, "links-c", "Unschedulable", "no node offers more than 4 rdma/hca");
        await Said(space, "fuse", "Unschedulable", "no node offers smarter-devices/fuse");
        await Gone(space);

        static JsonObject Asking(string name, params (string Resource, string Amount)[] more)
        {
            var pod = FakePods.Gpu(name, PodsInWorld.Scheduler, 0);
            foreach (var side in (string[])["requests", "limits"])
            {
                foreach (var (resource, amount) in more)
                {
                    pod["spec"]!["containers"]![0]!["resources"]![side]![resource] = amount;
                }
            }

            return pod;
        }
    }
}
