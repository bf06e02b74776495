using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

/// <summary>What parts are called and what they ask for.</summary>
public sealed class SetPartsTests
{
    private static readonly JobId Set = new("j-a");

    private static RoleSpec Role(int count, int most, int? slices = null) => Specs.Job(gpus: 1).Roles[0] with
    {
        Count = count,
        MaxCount = most,
        Slices = slices is { } size ? new SliceRule { Size = size, Level = TopologyLevel.Rack } : null,
    };

    [Fact]
    public void The_same_part_is_always_the_same_job_and_another_that_takes_its_place_is_not()
    {
        Assert.Equal("j-a-7", SetParts.IdOf(Set, OriginKind.Task, new SetPart { Index = 7 }).Value);
        Assert.Equal("j-a-7-2", SetParts.IdOf(Set, OriginKind.Replica, new SetPart { Index = 7, Generation = 2 }).Value);
        Assert.Equal("j-a-x3-4", SetParts.IdOf(Set, OriginKind.Extension, new SetPart { Index = 7, Generation = 4, Attempt = 3 }).Value);
    }

    [Fact]
    public void A_task_asks_for_what_its_array_said_but_is_no_array_and_waits_for_nobody()
    {
        var template = Specs.Job(gpus: 2) with
        {
            Set = new SetRule { Kind = OriginKind.Task, Count = 9 },
            DependsOn = [new JobDependency(new JobId("j-b"), DependencyCondition.Ended)],
            MaxRetries = 3,
        };
        var task = SetParts.SpecOf(Set, template, OriginKind.Task, new SetPart { Index = 4 });
        Assert.Equal(("job-4", 3, true), (task.Name, task.MaxRetries, task.MayPreempt));
        Assert.Equal(new JobOrigin { Set = Set, Kind = OriginKind.Task, Index = 4 }, task.Origin);
        Assert.True(task.Set is null && task.DependsOn.IsEmpty && task.Roles == template.Roles);
    }

    [Fact]
    public void Extra_workers_are_nobodys_reason_to_evict_and_keep_no_rule_of_their_job()
    {
        var template = Specs.Job(gpus: 1) with
        {
            Roles = [Role(3, 0), Role(2, 10, slices: 2)],
            RunFor = TimeSpan.FromHours(1),
            TimeLimit = TimeSpan.FromHours(2),
            Deadline = Given.At(9),
            MaxRetries = 5,
            Retry = new RetryRules(),
            Checkpoint = new CheckpointRule(),
            MinRuntime = TimeSpan.FromHours(1),
            Spread = new SpreadRule { Level = TopologyLevel.Rack },
        };
        var extra = SetParts.SpecOf(Set, template, OriginKind.Extension, new SetPart { Index = 3, Attempt = 2, Generation = 9 });

        Assert.Equal(("job-x3", true, false, 0), (extra.Name, extra.IsOpportunistic, extra.MayPreempt, extra.MaxRetries));
        Assert.Equal((2, 0), (Assert.Single(extra.Roles).Count, extra.Roles[0].MaxCount));
        Assert.Equal(11, extra.Origin!.RankOffset); // Five of the job itself, and three groups of two.
        Assert.Equal(default((TimeSpan?, TimeSpan?, DateTimeOffset?, TimeSpan?)), (extra.RunFor, extra.TimeLimit, extra.Deadline, extra.MinRuntime));
        Assert.True(extra.Retry is null && extra.Checkpoint is null && extra.Spread is null);
    }

    [Fact]
    public void Extra_workers_come_in_whole_groups()
    {
        Assert.Equal((1, 2), (SetParts.GroupSize(Role(2, 10)), SetParts.GroupSize(Role(2, 10, slices: 2))));
        Assert.Equal(8, SetParts.MaxGroups(Specs.Job(gpus: 1) with { Roles = [Role(2, 10)] }));
        Assert.Equal(3, SetParts.MaxGroups(Specs.Job(gpus: 1) with { Roles = [Role(2, 9, slices: 2)] }));
        Assert.Equal(0, SetParts.MaxGroups(Specs.Job(gpus: 1)));
    }

    [Fact]
    public void Long_names_are_cut_so_that_the_number_has_room()
    {
        string NameOf(string name) => SetParts.SpecOf(Set, Specs.Job() with { Name = name }, OriginKind.Task, new SetPart { Index = 5 }).Name;
        Assert.Equal(new string('a', 240) + "-5", NameOf(new string('a', 240)));
        Assert.Equal(new string('a', 240) + "-5", NameOf(new string('a', 241)));
        Assert.Equal(new string('a', 238) + "-5", NameOf(new string('a', 238) + ".-b"));
    }
}
