using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Model;

/// <summary>What the workers of a role run: what the role says goes before what the job says.</summary>
public sealed class ContainerSpecTests
{
    private static readonly ContainerSpec All = new()
    {
        Image = "job", Command = ["run"], Args = ["all"], Env = [Variable("A", "job"), Variable("B", "job")], WorkingDir = "/job", Ports = [new ContainerPort(1)],
        Volumes = [Volume("/data", "job"), Volume("/scratch", "job")], ImagePullSecrets = ["job"], ImagePullPolicy = "Always", ServiceAccount = "job", RunAsUser = 1, RunAsGroup = 2,
        FsGroup = 3, ReadOnlyRoot = true, Capabilities = ["JOB"], StopGrace = TimeSpan.FromSeconds(1), Devices = [new ContainerDevice("rdma/job", 1)], HostNetwork = true,
    };

    private static readonly ContainerSpec Own = new()
    {
        Image = "role", Command = ["serve"], Args = ["own"], Env = [Variable("B", "role"), Variable("C", "role")], WorkingDir = "/role", Ports = [new ContainerPort(2)],
        Volumes = [Volume("/data", "role"), Volume("/own", "role")], ImagePullSecrets = ["role"], ImagePullPolicy = "Never", ServiceAccount = "role", RunAsUser = 11, RunAsGroup = 12,
        FsGroup = 13, ReadOnlyRoot = false, Capabilities = ["ROLE"], StopGrace = TimeSpan.FromSeconds(9), Devices = [new ContainerDevice("rdma/role", 1)], HostNetwork = false,
    };

    [Fact]
    public void Without_one_of_them_the_other_is_all_and_without_both_nothing_is_said()
    {
        Assert.Same(All, Both(All, null));
        Assert.Same(Own, Both(null, Own));
        Assert.Null(Both(null, null));
    }

    [Fact]
    public void What_the_role_says_goes_before_what_the_job_says()
    {
        var both = Both(All, Own)!;
        Assert.Equal(
            (Own.Image, Own.WorkingDir, Own.ImagePullPolicy, Own.ServiceAccount, Own.RunAsUser, Own.RunAsGroup, Own.FsGroup, Own.ReadOnlyRoot, Own.StopGrace, Own.HostNetwork),
            (both.Image, both.WorkingDir, both.ImagePullPolicy, both.ServiceAccount, both.RunAsUser, both.RunAsGroup, both.FsGroup, both.ReadOnlyRoot, both.StopGrace, both.HostNetwork));
        Assert.Equal((Own.Command, Own.Args, Own.Ports, Own.ImagePullSecrets, Own.Capabilities, Own.Devices), (both.Command, both.Args, both.Ports, both.ImagePullSecrets, both.Capabilities, both.Devices));
    }

    [Fact]
    public void What_the_role_leaves_open_is_as_the_job_says()
    {
        var both = Both(All, new ContainerSpec())!;
        Assert.Equal(
            (All.Image, All.WorkingDir, All.ImagePullPolicy, All.ServiceAccount, All.RunAsUser, All.RunAsGroup, All.FsGroup, All.ReadOnlyRoot, All.StopGrace, All.HostNetwork),
            (both.Image, both.WorkingDir, both.ImagePullPolicy, both.ServiceAccount, both.RunAsUser, both.RunAsGroup, both.FsGroup, both.ReadOnlyRoot, both.StopGrace, both.HostNetwork));
        Assert.Equal((All.Command, All.Args, All.Ports, All.ImagePullSecrets, All.Capabilities, All.Devices), (both.Command, both.Args, both.Ports, both.ImagePullSecrets, both.Capabilities, both.Devices));
    }

    [Fact]
    public void Variables_and_volumes_of_both_are_there_and_of_the_same_name_the_roles()
    {
        var both = Both(All, Own)!;
        Assert.Equal([Variable("B", "role"), Variable("C", "role"), Variable("A", "job")], both.Env);
        Assert.Equal([Volume("/data", "role"), Volume("/own", "role"), Volume("/scratch", "job")], both.Volumes);
    }

    [Fact]
    public void A_command_of_its_own_does_not_get_the_arguments_of_another()
    {
        Assert.Empty(Both(All, new ContainerSpec { Command = ["serve"] })!.Args);
        Assert.Equal(["own"], Both(All, new ContainerSpec { Args = ["own"] })!.Args);
    }

    private static ContainerSpec? Both(ContainerSpec? all, ContainerSpec? own)
    {
        var job = Specs.Job() with { Container = all };
        return ContainerSpec.Of(job, job.Roles[0] with { Container = own });
    }

    private static ContainerVariable Variable(string name, string text) => new(name, VariableSource.Value, text);

    private static ContainerVolume Volume(string path, string source) => new() { MountPath = path, Kind = VolumeKind.Claim, Source = source };
}
